#include "app/options/option_table.h"

#include <limits.h>
#include <string.h>

#define FIELD(member) offsetof(Options, member)
#define DETECT (1u << COMMAND_DETECT)
#define INFO (1u << COMMAND_INFO)
#define BENCH (1u << COMMAND_BENCH)
#define EVAL (1u << COMMAND_EVAL)
#define EVERY ((1u << COMMAND_COUNT) - 1)

const Option option_table[] = {
    {.name = "output",
     .letter = 'o',
     .type = OPTION_FILE,
     .argument = "FILE",
     .offset = FIELD(outputs.output),
     .commands = DETECT,
     .help = "annotated recording: .mkv, .mp4 or .y4m, .jpg or .png of a picture; - is y4m on stdout; "
             "{source} in it becomes the name of the input"},
#define RESULT(option, belongs_to, text)                                                                     \
    {.name = #option,                                                                                        \
     .type = OPTION_FILE,                                                                                    \
     .argument = "FILE",                                                                                     \
     .offset = FIELD(outputs.option),                                                                        \
     .commands = belongs_to,                                                                                 \
     .help = text},
    RESULT_SINKS(RESULT)
#undef RESULT
        {.name = "headless",
         .type = OPTION_FLAG,
         .offset = FIELD(outputs.headless),
         .commands = DETECT,
         .help = "no window"},
    {.name = "alpha",
     .letter = 'a',
     .type = OPTION_ALPHA,
     .argument = "A",
     .offset = FIELD(model.alpha),
     .choices = {"1", "0.75", "0.5", "0.25", "auto"},
     .commands = DETECT | INFO | BENCH | EVAL,
     .help = "width of the network: 1, 0.75, 0.5 or 0.25 (default 1); auto: width and size that hold "
             "--target-fps; bench, eval: also a list, as 1,0.5, or all"},
    {.name = "rho",
     .letter = 'r',
     .type = OPTION_RHO,
     .argument = "R",
     .offset = FIELD(model.size),
     .choices = {"1.429", "1.286", "1.143", "1", "0.857", "0.714", "0.571"},
     .commands = DETECT | INFO | BENCH | EVAL,
     .help =
         "resolution of the network: 1, 0.857, 0.714 or 0.571 of 224 pixels, or, beyond the paper, 1.143, "
         "1.286 or 1.429; bench, eval: also a list, or all (the paper's four)"},
    {.name = "size",
     .type = OPTION_SIZE,
     .argument = "S",
     .offset = FIELD(model.size),
     .minimum = LOOKOUT_MIN_SIZE,
     .maximum = LOOKOUT_MAX_SIZE,
     .choices = {"320", "288", "256", "224", "192", "160", "128"},
     .commands = DETECT | INFO | BENCH | EVAL,
     .help =
         "the same in pixels: 224, 192, 160 or 128 (default 224), 256, 288, 320, or another multiple of 32 "
         "from 64 to 512; bench, eval: also a list, or all (the paper's four)"},
    {.name = "model",
     .letter = 'm',
     .type = OPTION_FILE,
     .argument = "FILE",
     .offset = FIELD(model.path),
     .commands = DETECT | INFO | BENCH | EVAL,
     .help = "weights other than the installed ones: a file, or a directory with one file an alpha"},
    {.name = "threshold",
     .letter = 't',
     .type = OPTION_NUMBER,
     .argument = "P",
     .offset = FIELD(detection.threshold),
     .minimum = 0,
     .maximum = 1,
     .commands = DETECT | EVAL,
     .help = "keep detections with a score above P, 0 to 1 (default 0.3; eval: 0.001)"},
    {.name = "nms",
     .type = OPTION_NUMBER,
     .argument = "P",
     .offset = FIELD(detection.nms),
     .minimum = 0,
     .maximum = 1,
     .commands = DETECT | EVAL,
     .help = "drop a box whose IoU with a better one of its class is above P, 0 to 1 (default 0.5)"},
    {.name = "max-detections",
     .type = OPTION_INTEGER,
     .argument = "N",
     .offset = FIELD(detection.max_detections),
     .minimum = 1,
     .maximum = LOOKOUT_MAX_DETECTIONS,
     .commands = DETECT | EVAL,
     .help = "keep the best N boxes of a frame, 1 to 300 (default 100)"},
    {.name = "classes",
     .type = OPTION_TEXT,
     .argument = "A,B,...",
     .offset = FIELD(detection.classes),
     .commands = DETECT | EVAL,
     .help = "only these classes; 'lookout info' lists them"},
    {.name = "threads",
     .letter = 'j',
     .type = OPTION_INTEGER,
     .argument = "N",
     .offset = FIELD(model.threads),
     .minimum = 1,
     .maximum = LOOKOUT_MAX_THREADS,
     .commands = DETECT | BENCH | EVAL,
     .help = "threads of the detector, 1 to 64 (default: the cores it may use)"},
    {.name = "isa",
     .type = OPTION_TEXT,
     .argument = "NAME",
     .offset = FIELD(model.isa),
     .commands = DETECT | BENCH | EVAL,
     .help = "instruction set of the kernels; --version lists them (default: the best)"},
    {.name = "detections",
     .type = OPTION_FILE,
     .argument = "FILE",
     .offset = FIELD(eval.detections),
     .commands = EVAL,
     .help = "write every box in COCO's results format; - is stdout"},
    {.name = "plot",
     .type = OPTION_FILE,
     .argument = "FILE",
     .offset = FIELD(eval.plot),
     .commands = EVAL,
     .help = "draw precision and recall of each class, and how far scores can be believed, as .svg"},
    {.name = "voc",
     .type = OPTION_FLAG,
     .offset = FIELD(eval.voc),
     .commands = EVAL,
     .help = "also AP as Pascal VOC takes it since 2010: every recall, IoU 0.5"},
    {.name = "voc07",
     .type = OPTION_FLAG,
     .offset = FIELD(eval.voc07),
     .commands = EVAL,
     .help = "also AP as Pascal VOC took it until 2009: 11 recalls, IoU 0.5"},
    {.name = "camera-size",
     .type = OPTION_CAMERA_SIZE,
     .argument = "WxH",
     .offset = FIELD(camera.width),
     .minimum = 16,
     .maximum = LOOKOUT_MAX_IMAGE_SIDE,
     .commands = DETECT,
     .help = "size of the camera's pictures (default: the one nearest to 640x480)"},
    {.name = "camera-fps",
     .type = OPTION_NUMBER,
     .argument = "N",
     .offset = FIELD(camera.frame_rate),
     .minimum = 1,
     .maximum = 1000,
     .commands = DETECT,
     .help = "frames a second of the camera (default 30, or what is nearest)"},
    {.name = "camera-format",
     .type = OPTION_CAMERA_FORMAT,
     .argument = "FOURCC",
     .offset = FIELD(camera.format),
     .commands = DETECT,
     .help = "pixel format of the camera, as YUYV or MJPG; 'lookout devices' lists them"},
    {.name = "exit-on-lost",
     .type = OPTION_FLAG,
     .offset = FIELD(channel.exit_on_lost),
     .commands = DETECT,
     .help = "end with exit code 3 when the camera is lost, instead of waiting until it is back"},
    {.name = "frames",
     .type = OPTION_COUNT,
     .argument = "N",
     .offset = FIELD(channel.frames),
     .minimum = 1,
     .maximum = INT_MAX,
     .commands = DETECT,
     .help = "stop after N frames of each input"},
    {.name = "loop",
     .type = OPTION_FLAG,
     .offset = FIELD(channel.loop),
     .commands = DETECT,
     .help = "start again at the end of the input, with times that go on increasing"},
    {.name = "realtime",
     .type = OPTION_FLAG,
     .offset = FIELD(channel.realtime),
     .commands = DETECT,
     .help = "not faster than the input's own speed"},
    {.name = "target-fps",
     .type = OPTION_NUMBER,
     .argument = "N",
     .offset = FIELD(channel.target_rate),
     .minimum = 1,
     .maximum = 1000,
     .commands = DETECT,
     .help = "detections a second that --alpha auto holds (default: the input's frame rate)"},
    {.name = "steady",
     .type = OPTION_FLAG,
     .offset = FIELD(detection.track),
     .commands = DETECT,
     .help = "hold boxes from frame to frame and number the objects, against flicker"},
    {.name = "progress",
     .type = OPTION_FLAG,
     .offset = FIELD(outputs.progress),
     .commands = DETECT | EVAL,
     .help = "progress once a second and a summary, also when stderr is no terminal"},
    {.name = "stats",
     .type = OPTION_FILE,
     .argument = "FILE",
     .offset = FIELD(outputs.stats),
     .commands = DETECT,
     .help = "a JSON summary of counts and times at the end; - is stdout; with {source} in it a file for "
             "each input"},
    {.name = "config",
     .type = OPTION_FILE,
     .argument = "FILE",
     .offset = FIELD(config),
     .commands = EVERY,
     .command_line_only = true,
     .help = "read options from FILE, not from the usual config file"},
    {.name = "verbose",
     .letter = 'v',
     .type = OPTION_FLAG,
     .offset = FIELD(outputs.verbose),
     .commands = EVERY,
     .help = "more messages"},
    {.name = "version",
     .type = OPTION_FLAG,
     .offset = FIELD(version),
     .commands = EVERY,
     .command_line_only = true,
     .help = "print versions and instruction sets, and end"},
    {.name = "help",
     .letter = 'h',
     .type = OPTION_FLAG,
     .offset = FIELD(help),
     .commands = EVERY,
     .command_line_only = true,
     .help = "print this list, and end"},
};

const CommandWord command_table[COMMAND_COUNT] = {
    [COMMAND_DETECT] = {"", "[options] [INPUT...]",
                        "detect objects; INPUT: /dev/videoN, a video or picture, a directory of pictures, - "
                        "(y4m on stdin), an "
                        "input of the config file; default: all of those, or the first camera"},
    [COMMAND_INFO] = {"info", "[options] [MODEL]",
                      "layers, mult-adds, parameters, classes and anchors of a weights file"},
    [COMMAND_BENCH] = {"bench", "[options]",
                       "latency of every alpha and size, GFLOP/s, share of the peak; -v: of each layer"},
    [COMMAND_EVAL] =
        {"eval", "[options] DATASET",
         "how well it detects, by average precision; DATASET: COCO json, or a folder in the layout of "
         "COCO, Pascal VOC or YOLO"},
    [COMMAND_DEVICES] = {"devices", "[options]",
                         "cameras, formats, sizes and rates; -v: also what cannot be used"},
};

const int option_count = sizeof option_table / sizeof *option_table;
_Static_assert(sizeof option_table / sizeof *option_table <= OPTION_TABLE_MAX,
               "the parser keeps a bit of 64 for each option");

const Option *option_by_name(const char *name, size_t length)
{
    for (int i = 0; i < option_count; i++)
        if (strlen(option_table[i].name) == length && !memcmp(option_table[i].name, name, length))
            return &option_table[i];
    return NULL;
}

const Option *option_by_letter(char letter)
{
    for (int i = 0; i < option_count; i++)
        if (letter && option_table[i].letter == letter)
            return &option_table[i];
    return NULL;
}
