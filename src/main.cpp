// Parse, run, print the error, exit code: the only catch at the top is in cli::run.
#include "cli/run.hpp"

int main(int argc, char** argv) { return cli::run(argc, argv); }
