/* OpenCV's dnn module on the exported network, with its own back end. */
#include <opencv2/core.hpp>
#include <opencv2/dnn.hpp>

#include <exception>
#include <vector>

#include "tests/bench/engine.h"

struct Engine {
    cv::dnn::Net net;
    cv::Mat input;
    std::vector<cv::Mat> outputs;
    std::vector<cv::String> names = {"head1", "head2", "head3", "head4", "head5"};
};

Engine *engine_create(const EngineOptions *options)
{
    static Engine self;
    try {
        cv::setNumThreads(options->threads);
        self.net = cv::dnn::readNetFromONNX(options->weights);
        self.net.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
        self.net.setPreferableTarget(cv::dnn::DNN_TARGET_CPU);
        const int shape[] = {1, 3, options->size, options->size};
        self.input = cv::Mat(4, shape, CV_32F, options->planes);
    } catch (const std::exception &failure) {
        engine_fail("OpenCV: %s", failure.what());
    }
    return &self;
}

void engine_run(Engine *engine)
{
    try {
        engine->net.setInput(engine->input);
        engine->net.forward(engine->outputs, engine->names);
    } catch (const std::exception &failure) {
        engine_fail("OpenCV: %s", failure.what());
    }
}

void engine_write_head(Engine *engine, FILE *file)
{
    for (const cv::Mat &map : engine->outputs)
        engine_write_planes(map.ptr<float>(), size_t(map.size[1]), size_t(map.size[2]) * size_t(map.size[3]),
                            file);
}

void engine_describe(Engine *, FILE *file)
{
    fprintf(file, "{\"name\": \"OpenCV\", \"version\": \"%s\"}", cv::getVersionString().c_str());
}

double engine_peak_gflops(Engine *)
{
    return 0;
}
