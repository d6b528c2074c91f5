/* What keys do to alpha, rho and `auto`: they ask the switcher and say what came of it. */
#ifndef LOOKOUT_APP_RUN_STEERING_H
#define LOOKOUT_APP_RUN_STEERING_H

#include "app/run/control.h"
#include "app/run/switcher.h"

typedef struct Steering {
    Switcher *switcher;
    Control *control;
} Steering;

/* +1: larger, -1: smaller. Both end `auto`. */
void steering_step_alpha(const Steering *steering, int step);
void steering_step_size(const Steering *steering, int step);
void steering_set_automatic(const Steering *steering, int on);

#endif
