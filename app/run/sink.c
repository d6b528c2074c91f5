#include "app/run/sink.h"

void sink_destroy(Sink *sink)
{
    if (sink)
        sink->driver->destroy(sink);
}
