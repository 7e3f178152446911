/* The Python module `fiblab_kernel._kernel`. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "cancellation.h"
#include "fibonacci.h"
#include "memory.h"

/* The largest index, for which the bound in convolution.h holds. */
static const unsigned long long MAX_INDEX = 1000000000;

typedef struct {
  PyObject *cancelled; /* the exceptions */
  PyObject *wrong;
  PyObject *cancellation; /* the type */
} module_state;

static module_state *state_of(PyObject *module) { return PyModule_GetState(module); }

/* One computation, as seen from Python: who is told, who may cancel it, and the thread that it gave
 * the GIL away from. */
typedef struct {
  PyObject *step_done;
  cancellation *asked;
  PyThreadState *thread;
} computation;

static bool is_cancelled(void *context) {
  const computation *c = context;
  return c->asked && cancellation_is_asked(c->asked);
}

/* Tell Python that a step is done, and look for Ctrl-C; an exception ends the computation. */
static bool tell(void *context) {
  computation *c = context;
  PyEval_RestoreThread(c->thread);
  bool goes_on = PyErr_CheckSignals() == 0;
  if (goes_on && c->step_done != Py_None) {
    PyObject *answer = PyObject_CallNoArgs(c->step_done);
    goes_on = answer != NULL;
    Py_XDECREF(answer);
  }
  c->thread = PyEval_SaveThread();
  return goes_on;
}

static void raise_outcome(const module_state *state, outcome computed) {
  if (PyErr_Occurred()) return; /* raised by step_done */
  switch (computed) {
    case COMPUTED:
      break;
    case OUT_OF_MEMORY:
      PyErr_NoMemory();
      break;
    case CANCELLED:
      PyErr_SetString(state->cancelled, "the computation was cancelled; nothing was computed");
      break;
    case FOUND_WRONG:
      PyErr_SetString(state->wrong,
                      "a product does not agree with its factors modulo 10^18 - 1: suspect the "
                      "machine's memory or processor");
      break;
  }
}

/* The code to run by its name; NULL with ValueError if it is unknown or this machine cannot. */
static const vector_code *code_named(const char *name) {
  if (strcmp(name, "portable") == 0) return &portable_code;
  if (strcmp(name, "avx2") == 0 && has_avx2()) return &avx2_code;
  PyErr_Format(PyExc_ValueError, "instructions must be 'portable'%s, and not '%s'",
               has_avx2() ? " or 'avx2'" : " on this machine", name);
  return NULL;
}

static const char *best_instructions(void) { return has_avx2() ? "avx2" : "portable"; }

static PyObject *text_of(const number *x) {
  PyObject *text = PyUnicode_New((Py_ssize_t)number_text_length(x), 127);
  if (!text) return NULL;
  char *characters = (char *)PyUnicode_1BYTE_DATA(text);
  Py_BEGIN_ALLOW_THREADS
  number_write_text(x, characters); /* nobody else knows of the string yet */
  Py_END_ALLOW_THREADS
  return text;
}

/* An index as C has it; false with an exception if it is none. */
static bool read_index(PyObject *from, unsigned long long *index) {
  if (!PyLong_Check(from)) {
    PyErr_Format(PyExc_TypeError, "the index must be an int, and not %R", Py_TYPE(from));
    return false;
  }
  *index = PyLong_AsUnsignedLongLong(from);
  if (PyErr_Occurred()) PyErr_Clear();
  else if (*index <= MAX_INDEX) return true;
  PyErr_Format(PyExc_ValueError, "the index must be from 0 to %llu", MAX_INDEX);
  return false;
}

static PyObject *compute(const module_state *state, unsigned long long index,
                         const vector_code *code, computation *c) {
  number result = {0};
  c->thread = PyEval_SaveThread();
  const outcome computed =
      fibonacci(index, code, (stop){is_cancelled, c}, (listener){tell, c}, &result);
  PyEval_RestoreThread(c->thread);
  raise_outcome(state, computed);
  if (computed != COMPUTED) return NULL;
  PyObject *text = text_of(&result);
  free(result.limbs);
  return text;
}

static PyObject *fibonacci_text(PyObject *module, PyObject *args, PyObject *keywords) {
  static char *names[] = {"index", "step_done", "cancellation", "instructions", NULL};
  const module_state *state = state_of(module);
  unsigned long long index;
  PyObject *given, *step_done = Py_None, *asked = Py_None;
  const char *instructions = best_instructions();
  if (!PyArg_ParseTupleAndKeywords(args, keywords, "O|$OOs:fibonacci_text", names, &given,
                                   &step_done, &asked, &instructions)) {
    return NULL;
  }
  if (!read_index(given, &index)) return NULL;
  if (asked != Py_None && !PyObject_TypeCheck(asked, (PyTypeObject *)state->cancellation)) {
    PyErr_SetString(PyExc_TypeError, "cancellation must be a Cancellation or None");
    return NULL;
  }
  const vector_code *code = code_named(instructions);
  if (!code) return NULL;
  computation c = {
      .step_done = step_done,
      .asked = asked == Py_None ? NULL : (cancellation *)asked,
  };
  return compute(state, index, code, &c);
}

static PyObject *step_costs(PyObject *module, PyObject *given) {
  (void)module;
  unsigned long long index;
  if (!read_index(given, &index)) return NULL;
  const int steps = fibonacci_steps(index);
  PyObject *costs = PyList_New(steps);
  for (int step = 0; costs && step < steps; step++) {
    PyObject *cost = PyFloat_FromDouble(fibonacci_step_cost(index, step));
    if (cost) PyList_SET_ITEM(costs, step, cost);
    else Py_CLEAR(costs);
  }
  return costs;
}

static bool never(void *context) {
  (void)context;
  return false;
}

/* One combination of two numbers given as text. */
static PyObject *combined(const module_state *state, convolution *c, combination wanted,
                          const number *a, const number *b, number *first, number *second) {
  const outcome computed = convolve(c, wanted, a, b, 0, first, second, (stop){never, NULL});
  raise_outcome(state, computed);
  if (computed != COMPUTED) return NULL;
  PyObject *text = text_of(first);
  if (wanted != BOTH_SQUARES || !text) return text;
  PyObject *other = text_of(second);
  if (!other) Py_CLEAR(text);
  return text ? Py_BuildValue("(NN)", text, other) : NULL;
}

static PyObject *combinations_of(const module_state *state, const vector_code *code,
                                 const number *a, const number *b, number *first, number *second,
                                 size_t limbs) {
  convolution c;
  const outcome built = convolution_build(&c, code, limbs, limbs);
  raise_outcome(state, built);
  if (built != COMPUTED) return NULL;
  PyObject *both = combined(state, &c, BOTH_SQUARES, a, b, first, second);
  PyObject *one = both ? combined(state, &c, DIFFERENCE_OF_SQUARES, a, b, first, NULL) : NULL;
  PyObject *last = one ? combined(state, &c, PRODUCT_WITH_NEIGHBOURS, a, b, first, NULL) : NULL;
  convolution_free(&c);
  PyObject *all = last ? PyTuple_Pack(3, both, one, last) : NULL;
  Py_XDECREF(both);
  Py_XDECREF(one);
  Py_XDECREF(last);
  return all;
}

static PyObject *combinations(PyObject *module, PyObject *args) {
  const char *a_text, *b_text, *instructions;
  Py_ssize_t a_length, b_length;
  if (!PyArg_ParseTuple(args, "s#s#s:combinations", &a_text, &a_length, &b_text, &b_length,
                        &instructions)) {
    return NULL;
  }
  const vector_code *code = code_named(instructions);
  if (!code) return NULL;
  const size_t digits = (size_t)(a_length > b_length ? a_length : b_length);
  const size_t limbs = digits / LIMB_DIGITS + 1;
  number numbers[4] = {{0}};
  bool there = true;
  for (int i = 0; i < 4; i++) {
    numbers[i].limbs = aligned_words(result_limbs(limbs));
    there = there && numbers[i].limbs;
  }
  PyObject *all = there ? NULL : PyErr_NoMemory();
  if (there) {
    number_read_text(a_text, (size_t)a_length, &numbers[0]);
    number_read_text(b_text, (size_t)b_length, &numbers[1]);
    all = combinations_of(state_of(module), code, &numbers[0], &numbers[1], &numbers[2],
                          &numbers[3], limbs);
  }
  for (int i = 0; i < 4; i++) free(numbers[i].limbs);
  return all;
}

static PyMethodDef functions[] = {
    {"fibonacci_text", (PyCFunction)(void (*)(void))fibonacci_text, METH_VARARGS | METH_KEYWORDS,
     "fibonacci_text(index, *, step_done=None, cancellation=None, instructions=INSTRUCTIONS)\n--\n\n"
     "Return F(index) in decimal digits, for an index from 0 to 10^9.\n\n"
     "Holds the GIL only while it calls `step_done`, after each step of `step_costs(index)`; what\n"
     "that raises ends the computation and is passed on. Raises Cancelled, FoundWrong, MemoryError\n"
     "(nothing is leaked), and ValueError for another index or for instructions that this machine\n"
     "has not."},
    {"step_costs", step_costs, METH_O,
     "step_costs(index, /)\n--\n\n"
     "Return the cost of each step to F(index), relative to each other; the text comes after.\n\n"
     "There is none up to index 86, and one a doubling of the index from there."},
    {"combinations", combinations, METH_VARARGS,
     "combinations(a, b, instructions, /)\n--\n\n"
     "Return (4a^2 - b^2, a^2 + b^2), 4a^2 - b^2 once more, and a(a + 2b), for b <= 2a.\n\n"
     "For tests: these are the convolutions that F(index) is computed with, and F(index) would not\n"
     "reach their worst cases. Numbers are texts of decimal digits, which nobody checks."},
    {NULL, NULL, 0, NULL},
};

/* Exceptions of this package, with what they say of themselves. */
static PyObject *exception(const char *name, const char *doc, PyObject *base) {
  return PyErr_NewExceptionWithDoc(name, doc, base, NULL);
}

static int add_members(PyObject *module) {
  module_state *state = state_of(module);
  state->cancelled = exception(
      "fiblab_kernel.Cancelled", "The computation was ended by its Cancellation: nothing was computed.",
      NULL);
  if (PyModule_AddObjectRef(module, "Cancelled", state->cancelled) < 0) return -1;
  state->wrong = exception(
      "fiblab_kernel.FoundWrong",
      "A product fails its check modulo 10^18 - 1: memory or processor are faulty.",
      PyExc_ArithmeticError);
  if (PyModule_AddObjectRef(module, "FoundWrong", state->wrong) < 0) return -1;
  state->cancellation = cancellation_type(module);
  if (PyModule_AddObjectRef(module, "Cancellation", state->cancellation) < 0) return -1;
  return PyModule_AddStringConstant(module, "INSTRUCTIONS", best_instructions());
}

static int traverse(PyObject *module, visitproc visit, void *arg) {
  const module_state *state = state_of(module);
  Py_VISIT(state->cancelled);
  Py_VISIT(state->wrong);
  Py_VISIT(state->cancellation);
  return 0;
}

static int clear(PyObject *module) {
  module_state *state = state_of(module);
  Py_CLEAR(state->cancelled);
  Py_CLEAR(state->wrong);
  Py_CLEAR(state->cancellation);
  return 0;
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, (void *)add_members}, {0, NULL}};

static PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "fiblab_kernel._kernel",
    .m_size = sizeof(module_state),
    .m_methods = functions,
    .m_slots = slots,
    .m_traverse = traverse,
    .m_clear = clear,
};

PyMODINIT_FUNC PyInit__kernel(void) { return PyModuleDef_Init(&definition); }
