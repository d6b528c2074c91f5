#include "vision/input.h"

#include <stddef.h>

const char *input_describe(const Input *input)
{
    return input->functions->describe(input);
}

void input_interrupt(Input *input)
{
    input->functions->interrupt(input);
}

void input_destroy(Input *input)
{
    if (input)
        input->functions->destroy(input);
}
