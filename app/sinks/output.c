#include "app/sinks/output.h"

void output_destroy(Output *output)
{
    if (output)
        output->functions->destroy(output);
}
