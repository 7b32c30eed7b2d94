// What LeakSanitizer, where it is built in, is not to tell of: leaks of libraries, in the tests and in the program.

extern "C" const char* __lsan_default_suppressions();

/// libpqxx 6 loses the result of the statement that found the connection broken: it asks the dead connection for its
/// encoding before it takes the result into its care. libedit keeps the names of functions that are added to it.
extern "C" const char* __lsan_default_suppressions() { return "leak:libpqxx\nleak:wcsdup"; }
