#include "app/options/help.h"

#include "app/options/option_table.h"
#include "app/window/keys.h"

/* Text in man(7), in short lines; every backslash, dash and leading dot or quote needs care. */
static void put(FILE *to, const char *text)
{
    enum { ENOUGH = 60 };
    for (int column = 0; *text; text++, column++) {
        if (*text == ' ' && column > ENOUGH) {
            fputs("\n", to);
            column = -1;
        } else if (*text == '\\') {
            fputs("\\e", to);
        } else if (*text == '-') {
            fputs("\\-", to);
        } else {
            fprintf(to, "%s%c", column == 0 && (*text == '.' || *text == '\'') ? "\\&" : "", *text);
        }
    }
}

static void print_option(FILE *to, const Option *option)
{
    fputs(".TP\n.B ", to);
    if (option->letter)
        fprintf(to, "\\-%c\\fR, \\fB", option->letter);
    fputs("\\-\\-", to);
    put(to, option->name);
    if (option->argument) {
        fputs("\\fR \\fI", to);
        put(to, option->argument);
    }
    fputs("\n", to);
    put(to, option->help);
    fputs(".\n", to);
}

static void print_keys(FILE *to)
{
    fputs(".SH KEYS\nIn the window, on every keyboard layout:\n", to);
    for (int i = 0; i < key_count;) {
        char names[32];
        const char *help = key_table[i].help;
        i = key_names(i, names, sizeof names);
        fputs(".TP 8\n.B ", to);
        put(to, names);
        fputs("\n", to);
        put(to, help);
        fputs(".\n", to);
    }
}

void help_print_manual(FILE *to, const char *version)
{
    fprintf(to,
            ".TH LOOKOUT 1 2026-11-25 \"lookout %s\" \"User Commands\"\n.SH NAME\n"
            "lookout \\- find objects in what a camera sees, in videos and pictures\n.SH SYNOPSIS\n",
            version);
    for (int i = 0; i < COMMAND_COUNT; i++) {
        fputs(i ? ".br\n.B lookout" : ".B lookout", to);
        if (*command_table[i].word)
            fprintf(to, " %s", command_table[i].word);
        fputs("\\fR ", to);
        put(to, command_table[i].synopsis);
        fputs("\n", to);
    }
    fputs(".SH DESCRIPTION\n"
          "Lookout runs a MobileNet with an SSD head on the CPU and says what is in a\npicture, and where.\n"
          "It shows boxes and names in a window,\nand can write a line of JSON for each frame and a "
          "recording with boxes drawn in.\n"
          "Every frame of a clip is detected once, in order;\nin a window a clip plays at its own speed.\n"
          "Of a camera the newest frame is detected;\nwindow and recording get every captured one, with the "
          "latest boxes.\n"
          "A camera that is lost is waited for until it is back.\n"
          "Without\n.B \\-\\-headless\na display is needed.\n"
          ".SH COMMANDS\n",
          to);
    for (int i = 0; i < COMMAND_COUNT; i++) {
        fprintf(to, ".TP\n.B lookout%s%s\n", i ? " " : "", command_table[i].word);
        put(to, command_table[i].help);
        fputs(".\n", to);
    }
    fputs(".PP\nA file whose name is that of a command is written with a path, as ./info.\n"
          ".SH OPTIONS\n"
          "A value follows as the next word or after an equals sign.\n"
          "A flag is turned off by\n.BR =no ,\nwhich overrides the config file.\n"
          "After\n.B \\-\\-\nnothing is an option.\n",
          to);
    for (int i = 0; i < option_count; i++)
        print_option(to, &option_table[i]);
    print_keys(to);
    fputs(".SH OUTPUT\n"
          "A line of\n.B \\-\\-json\nlooks like this:\n.PP\n.nf\n"
          "{\"frame\":0,\"time\":0.033,\"width\":640,\"height\":360,\"alpha\":1.0,\"size\":224,\n"
          "\"inference_ms\":5.1,\"detections\":[{\"class\":\"person\",\"score\":0.93,\n"
          "\"box\":[12.5,40.0,100.25,210.0]}]}\n.fi\n.PP\n"
          "The time is the input's, in seconds.\n"
          "A box is left, top, width and height in pixels of the upright picture.\n"
          "With\n.B \\-\\-steady\na detection has an \"id\" that its object keeps.\n"
          "A camera\\(aqs times count from its first frame, by the driver\\(aqs clock;\n"
          "gaps in the frame numbers show what was skipped.\n"
          "Existing files are replaced with the first frame;\n"
          "none is created if the input has not one that can be read.\n"
          "A file that the run reads is never replaced, under whatever name:\n"
          "the input, the weights and the config file are refused as outputs.\n"
          ".PP\nThe line of a point of\n.B lookout bench\nlooks like this:\n.PP\n.nf\n"
          "{\"alpha\":1.0,\"size\":224,\"threads\":1,\"isa\":\"avx512\",\"runs\":240,\"median_ms\":6.2,\n"
          "\"p95_ms\":6.5,\"gflops\":207.0,\"peak_share\":0.93,\"rss_mb\":38.0}\n.fi\n.PP\n"
          "The time is of a whole inference, from the pixels to the boxes.\n"
          "The share is that of the peak of fused multiply\\-adds,\nmeasured just before.\n"
          "The memory is what engine, weights and detector add to the program\\(aqs.\n"
          "With the lines on standard output there is no table.\n"
          ".PP\nThe line of a point of\n.B lookout eval\nlooks like this, on one line:\n.PP\n.nf\n"
          "{\"images\":193,\"alpha\":1.0,\"size\":224,\"ap\":0.124,\"ap50\":0.207,\"ap75\":0.12,\n"
          "\"ap_small\":0.01,\"ap_medium\":0.1,\"ap_large\":0.3,\"ar_1\":0.14,\"ar_10\":0.2,\n"
          "\"ar_100\":0.21,\"ece\":0.03,\"classes\":{\"person\":{\"ap\":0.2,\"ap50\":0.4,\n"
          "\"f1\":0.45,\"f1_threshold\":0.31,\"truth\":204}}}\n.fi\n.PP\n"
          "Average precision (ap: of IoU 0.50 to 0.95, ap50, ap75, and of small, medium\nand large objects) "
          "and "
          "recall (ar, with the best 1, 10 and 100 boxes) are COCO\\(aqs;\n"
          "f1 is the best F1 at IoU 0.5, with the scores above f1_threshold;\n"
          "ece, the expected calibration error, is how far scores are from the share of boxes\nthat are "
          "right.\n"
          "What cannot be told, as of a class without true boxes, is null.\n"
          "The data set is a COCO json file or a folder with its .json beside it,\n"
          "a Pascal VOC folder (Annotations, JPEGImages, ImageSets),\n"
          "or a YOLO folder (data.yaml, or images and labels).\n"
          "Its categories are the model\\(aqs classes of the same names; others are left out, and told.\n"
          "A picture that is missing or damaged is told and left out, and the exit status is 1.\n"
          ".PP\nOf the config file only model, threads, isa, progress and verbose\n"
          "count for bench and eval.\n"
          ".SH ENVIRONMENT\n.TP\n.B LOOKOUT_MODELS\nWeights to use when\n.B \\-\\-model\n"
          "is not given: a file, or a directory that holds\nlookout\\-1.00.safetensors and the like.\n"
          ".TP\n.B XDG_CONFIG_HOME\nWhere the config file is searched; ~/.config if not set.\n"
          ".SH FILES\n.TP\n.I $XDG_CONFIG_HOME/lookout/lookout.conf\n"
          "Options, one a line, as option=value without dashes; a flag is yes or no.\n"
          "A line that starts with # is a comment.\n"
          "The command line overrides it.\n"
          ".SH EXIT STATUS\n0 done, 1 failed, 2 usage error,\n3 camera lost, with\n.BR "
          "\\-\\-exit\\-on\\-lost ;\n130 ended by SIGINT, 143 by SIGTERM, 129 by SIGHUP.\n"
          "At the first of these signals the files are completed;\na second one ends the program at once.\n"
          "One that was ignored when the program started, as with\n.BR nohup (1),\nstays ignored.\n"
          ".SH EXAMPLES\n.nf\nlookout\nlookout /dev/video2 \\-\\-camera\\-size 1280x720 \\-\\-alpha "
          "auto\nlookout \\-\\-headless clip.mp4 \\-o annotated.mkv \\-\\-json boxes.jsonl\n"
          "lookout \\-\\-headless photo.jpg \\-\\-json \\-\n"
          "ffmpeg \\-i in.mov \\-f yuv4mpegpipe \\- | lookout \\-\\-headless \\- \\-\\-json \\-\n"
          "lookout info \\-\\-alpha 0.5 \\-\\-size 160\nlookout bench \\-j 1\nlookout eval photos/ "
          "\\-\\-plot photos.svg\nlookout eval photos/ \\-a all \\-\\-size 224,128\n.fi\n",
          to);
}
