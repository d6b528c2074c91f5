/*
 * A detector for the tests of app/run: one box for each frame, which tells the frame by its place, at once or
 * when the test says so. The program is linked with --wrap=lookout_detect.
 */
#ifndef LOOKOUT_TESTS_APP_RUN_FAKE_DETECTOR_H
#define LOOKOUT_TESTS_APP_RUN_FAKE_DETECTOR_H

#include <stdbool.h>

/* Every detection finds one box of class 0, with this score (0.9 at first). */
void fake_detector_reset(void);
void fake_detector_set_score(double score);
/* From now on every detection fails with this text, which is kept; NULL: none does. */
void fake_detector_set_failure(const char *text);

/* Detections that begin from now on wait, until each is allowed to end. */
void fake_detector_hold(void);
/* So many more of them may end. */
void fake_detector_allow(int count);
/* None waits any more. */
void fake_detector_release(void);

/* Detections that have begun since the reset. */
int fake_detector_begun(void);
/* Waits until so many have; false when that takes too long. */
bool fake_detector_wait_begun(int count);

/* The brightness (16..235) of the frame in which a box was found, from its left side; within 2. */
int fake_detector_luma_of(float x1);

#endif
