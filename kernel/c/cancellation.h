/* The Python type `Cancellation`: a flag that one thread raises and a computation looks at. */
#ifndef FIBLAB_CANCELLATION_H
#define FIBLAB_CANCELLATION_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>

typedef struct cancellation cancellation;

/* A new reference to the type, for this module; NULL with an exception. */
PyObject *cancellation_type(PyObject *module);

/* Whether `cancel()` was called; needs no GIL. */
bool cancellation_is_asked(const cancellation *c);

#endif
