#include "app/run/steering.h"

static void tell(const Steering *steering, int failed, SwitchPoint point, const AppError *why)
{
    if (failed)
        control_notice(steering->control, "%s", why->message);
    else
        control_notice(steering->control, "alpha %g, size %d", point.alpha, point.size);
}

void steering_step_alpha(const Steering *steering, int step)
{
    SwitchPoint point;
    AppError why;
    control_set_automatic(steering->control, 0);
    int failed = switcher_step_alpha(steering->switcher, step, &point, &why);
    tell(steering, failed, point, &why);
}

void steering_step_size(const Steering *steering, int step)
{
    SwitchPoint point;
    AppError why;
    control_set_automatic(steering->control, 0);
    int failed = switcher_step_size(steering->switcher, step, &point, &why);
    tell(steering, failed, point, &why);
}

void steering_set_automatic(const Steering *steering, int on)
{
    if (on)
        switcher_prepare_all(steering->switcher);
    control_set_automatic(steering->control, on);
    control_notice(steering->control, on ? "auto: alpha and size follow the frame rate" : "auto is off");
}
