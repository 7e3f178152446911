#include "cancellation.h"

#include <stdatomic.h>

struct cancellation {
  PyObject_HEAD
  atomic_bool asked;
};

bool cancellation_is_asked(const cancellation *c) {
  return atomic_load_explicit(&c->asked, memory_order_relaxed); /* it guards no other memory */
}

static int initialise(PyObject *self, PyObject *args, PyObject *keywords) {
  static char *names[] = {NULL};
  atomic_store(&((cancellation *)self)->asked, false);
  return PyArg_ParseTupleAndKeywords(args, keywords, ":Cancellation", names) ? 0 : -1;
}

static void deallocate(PyObject *self) {
  PyTypeObject *type = Py_TYPE(self);
  type->tp_free(self);
  Py_DECREF(type); /* instances of heap types hold their type */
}

static PyObject *cancel(PyObject *self, PyObject *unused) {
  (void)unused;
  atomic_store(&((cancellation *)self)->asked, true);
  Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"cancel", cancel, METH_NOARGS, "End the computation that was given this; from any thread."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, "Ends a computation from another thread: pass it on, and call cancel()."},
    {Py_tp_new, (void *)PyType_GenericNew},
    {Py_tp_init, (void *)initialise},
    {Py_tp_dealloc, (void *)deallocate},
    {Py_tp_methods, methods},
    {0, NULL},
};

static PyType_Spec spec = {
    .name = "fiblab_kernel.Cancellation",
    .basicsize = sizeof(cancellation),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = slots,
};

PyObject *cancellation_type(PyObject *module) {
  return PyType_FromModuleAndSpec(module, &spec, NULL);
}
