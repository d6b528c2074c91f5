/*
 * A small strict reader of XML 1.0 in UTF-8, https://www.w3.org/TR/xml/: elements and their text. Attributes,
 * comments, processing instructions and the document type are checked for their form and skipped; the five
 * entities of XML and character references are known, no others are.
 */
#ifndef LOOKOUT_APP_COMMANDS_EVAL_XML_H
#define LOOKOUT_APP_COMMANDS_EVAL_XML_H

#include "base/error.h"
#include <stdbool.h>
#include <stddef.h>

enum { XML_MAX_DEPTH = 32 };

typedef enum XmlEvent {
    XML_ERROR = -1,
    XML_DONE, /* the root element has ended, and the file */
    XML_START,
    XML_END,
} XmlEvent;

typedef struct XmlName {
    const char *text;
    size_t length;
} XmlName;

typedef struct XmlReader {
    const char *label; /* the file in messages */
    int line;          /* of what is read next, from 1 */
    const char *value; /* at XML_END: the text since the last tag before it, spaces at both ends cut */

    char *at, *end, *value_end;
    XmlName path[XML_MAX_DEPTH]; /* names of the elements that are open, the root's first */
    int depth;
    bool started; /* the root has been seen */
    bool empty;   /* the last tag was <.../>: its end is still to be reported */
    bool ended;   /* the last event was an end: its element is to leave the path */
} XmlReader;

/* text[size] must be writable; the reader changes the text, which must outlive it. Returns 0, or -1 with
 * error. */
int xml_open(XmlReader *reader, char *text, size_t size, const char *label, Error *error);
/* The next start or end of an element; XML_ERROR with error, which names file and line. Not to be called
 * again after XML_DONE or XML_ERROR. */
XmlEvent xml_next(XmlReader *reader, Error *error);
/* The element of the last event, with those around it, is path, as "annotation/object/name". */
bool xml_is(const XmlReader *reader, const char *path);

#endif
