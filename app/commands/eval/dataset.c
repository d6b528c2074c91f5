#include "app/commands/eval/dataset.h"

#include <stdlib.h>

void dataset_destroy(Dataset *dataset)
{
    if (!dataset)
        return;
    for (int i = 0; i < dataset->category_count; i++)
        free(dataset->categories[i]);
    for (int i = 0; i < dataset->image_count; i++)
        free(dataset->images[i].path);
    for (int i = 0; i < dataset->file_count; i++)
        free(dataset->files[i]);
    free(dataset->files);
    free(dataset->name);
    free(dataset->categories);
    free(dataset->category_ids);
    free(dataset->images);
    free(dataset->boxes);
    free(dataset);
}
