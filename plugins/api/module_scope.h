#ifndef HAWSER_MODULE_SCOPE_H_
#define HAWSER_MODULE_SCOPE_H_

namespace hawser {

class Module;

namespace internal {

// Says for its lifetime that this thread runs code of `module`: Make<T> and functions made of
// lambdas belong to that one.
class ModuleScope {
 public:
  explicit ModuleScope(Module& module);
  ~ModuleScope();
  ModuleScope(const ModuleScope&) = delete;
  ModuleScope& operator=(const ModuleScope&) = delete;

  // Null if this thread runs code of none.
  static Module* Current();
  // The same, but throws an Exception that says what `what` needs.
  static Module& Required(const char* what);

 private:
  Module* const previous_;
};

}  // namespace internal
}  // namespace hawser

#endif  // HAWSER_MODULE_SCOPE_H_
