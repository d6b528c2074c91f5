/* The network that the user asks for: finding and loading its weights. */
#ifndef LOOKOUT_APP_RUN_WEIGHTS_H
#define LOOKOUT_APP_RUN_WEIGHTS_H

#include "base/error.h"
#include "base/file_visitor.h"
#include "detector/lookout.h"
#include <limits.h>

/* ModelOptions.alpha of a run that chooses alpha and size itself, to hold a frame rate. */
#define MODEL_ALPHA_AUTO (-1)

typedef struct ModelOptions {
    const char *path; /* weights file or directory; NULL: LOOKOUT_MODELS, else the default directory */
    double alpha;     /* width multiplier; 0: not given; MODEL_ALPHA_AUTO */
    int size;         /* of the input, pixels a side */
    int threads;      /* 0: as many as the cores that the program may use */
    const char *isa;  /* instruction set of the kernels; NULL: the best */
} ModelOptions;

/* Finds the file: options->path, else the environment's LOOKOUT_MODELS, else in the installed data directory
 * or, for a program in its build folder, in models/ of its source tree. A directory holds
 * lookout-A.AA.safetensors, of which options->alpha chooses one (not given or auto: 1). Returns 0, or -1 with
 * error. */
int weights_find(const ModelOptions *options, char path[PATH_MAX], Error *error);

/* Visits the weights that a run may read, whatever alpha it comes to use: the file, or every *.safetensors of
 * the directory, that weights_find() looks at. What cannot be looked at is left out. Returns 0, or what the
 * visitor ended the round with. */
int weights_visit_files(const ModelOptions *options, FileVisitor *visit, void *context);

typedef struct Weights {
    LookoutEngine *engine;
    LookoutModel *model;
    char path[PATH_MAX];
} Weights;

/* Starts an engine and loads the weights, refusing another alpha than options->alpha. Returns 0, or -1
 * with error (a usage error where an option cannot be met); weights is then empty. */
int weights_load(Weights *weights, const ModelOptions *options, Error *error);
void weights_unload(Weights *weights); /* takes an empty one */

#endif
