/* The picture of an observation with its boxes and labels, for recordings and snapshots. For one thread. */
#ifndef LOOKOUT_APP_SINKS_MARKED_PICTURE_H
#define LOOKOUT_APP_SINKS_MARKED_PICTURE_H

#include "app/run/observation.h"

typedef struct MarkedPicture MarkedPicture;

/* classes: [K] names, which outlive it. warns: that there is no font for them, when they are drawn first.
 * NULL when out of memory. */
MarkedPicture *marked_picture_create(const char *const *classes, bool warns);
void marked_picture_destroy(MarkedPicture *marked); /* takes NULL */

/* Fills picture with a view of the observation's frame with its objects drawn into it, which is the frame
 * itself where there are none, and not to be written to; valid until the next call, and as long as the
 * observation. False when out of memory. */
bool marked_picture_draw(MarkedPicture *marked, const Observation *observation, Frame *picture);

#endif
