#include "tools/walkthrough/child.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <utility>

extern char** environ;

namespace hawser::walkthrough {

Child::Child(const std::string& program, std::vector<std::string> args) {
  int pipe_ends[2];
  if (pipe2(pipe_ends, O_CLOEXEC) != 0) {
    std::perror("walkthrough: pipe");
    std::exit(1);
  }
  args.insert(args.begin(), program);
  std::vector<char*> argv;
  for (std::string& arg : args) argv.push_back(arg.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDOUT_FILENO);
  int error = posix_spawn(&pid_, program.c_str(), &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(pipe_ends[1]);
  if (error != 0) {
    std::fprintf(stderr, "walkthrough: cannot start %s: %s\n", program.c_str(),
                 std::strerror(error));
    std::exit(1);
  }
  output_ = fdopen(pipe_ends[0], "r");
}

Child::~Child() {
  if (pid_ > 0) Kill(SIGKILL);
  std::fclose(output_);
}

std::string Child::ReadLine() {
  char* line = nullptr;
  size_t capacity = 0;
  ssize_t size = getline(&line, &capacity, output_);
  std::string text =
      size > 0 ? std::string(line, static_cast<size_t>(size) - (line[size - 1] == '\n' ? 1 : 0))
               : std::string();
  std::free(line);
  return text;
}

void Child::Kill(int signal) {
  if (pid_ <= 0) return;
  kill(pid_, signal);
  if (signal == SIGKILL || signal == SIGTERM) Wait();
}

int Child::Wait() {
  if (pid_ <= 0) return 0;
  int status = 0;
  waitpid(std::exchange(pid_, -1), &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace hawser::walkthrough
