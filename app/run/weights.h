/* Finding and loading the weights that the options ask for. */
#ifndef LOOKOUT_APP_RUN_WEIGHTS_H
#define LOOKOUT_APP_RUN_WEIGHTS_H

#include "app/options/options.h"
#include "base/exit_code.h"
#include "base/file_visitor.h"
#include "detector/lookout.h"
#include <limits.h>

/* Finds the file: asked (--model, or info's MODEL; may be NULL), else the environment's LOOKOUT_MODELS, else
 * the installed data directory or, for a program in its build folder, models/ of its source tree. A directory
 * holds lookout-A.AA.safetensors, of which alpha chooses one (0: the default, 1). Returns 0, or -1 with
 * error. */
int weights_find(const char *asked, double alpha, char path[PATH_MAX], Error *error);

/* Visits the weights that a run may read, whatever alpha it comes to: the file, or every *.safetensors of the
 * directory, that weights_find() looks at. What cannot be looked at is left out. Returns 0, or what the
 * visitor ended the round with. */
int weights_visit_files(const char *asked, FileVisitor *visit, void *context);

typedef struct Weights {
    LookoutEngine *engine;
    LookoutModel *model;
    char path[PATH_MAX];
} Weights;

/* Starts an engine and loads asked's weights, refusing another alpha than options->alpha. Returns EXIT_DONE,
 * or another code with error; weights is then empty. */
ExitCode weights_load(Weights *weights, const char *asked, const Options *options, Error *error);
void weights_unload(Weights *weights); /* takes an empty one */

#endif
