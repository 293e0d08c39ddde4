#ifndef HAWSER_CLASS_BUILDER_H_
#define HAWSER_CLASS_BUILDER_H_

// ClassBuilder: registers a class, a member a line; see module.h for what it looks like. What is
// registered wrongly (a name twice, a base that is not registered) throws, and the module is
// refused with that message.

#include <string>
#include <type_traits>
#include <utility>

#include "hawser/binding.h"
#include "hawser/class_info.h"
#include "hawser/event_emitter.h"

namespace hawser {

// What can be said further about a member just registered. Valid until the next one is.
class MemberOptions {
 public:
  explicit MemberOptions(Member* member) : member_(member) {}
  explicit operator bool() const { return member_ != nullptr; }

  // Shown by `hawser describe`.
  MemberOptions& Doc(std::string_view doc);
  // Not enumerable: clients see the name, but cannot use it.
  MemberOptions& Hidden();
  // It may block its thread, waiting for a disk or a peer. No module's code runs on the threads that
  // serve the clients, so they never wait for it; but the modules share a few threads, and while
  // such a call runs another thread takes the place of its own. Other calls of the module still
  // wait, unless it may run several at once. Without it the broker finds out by itself, but only
  // after some 20 ms in which other modules may stand still.
  MemberOptions& Blocking();
  // What it gives, where the C++ type does not say.
  MemberOptions& Result(Type type);

 private:
  Member* member_;
};

namespace internal {

// Registers without templates what binding.h has made; `table` is the class' own or that of its
// static members.
MemberOptions AddMethod(MemberTable& table, std::string name, BoundMember code);
MemberOptions AddProperty(MemberTable& table, std::string name, BoundMember get, BoundMember set);
MemberOptions AddConstant(MemberTable& table, std::string name, Value value);
MemberOptions AddEvent(MemberTable& table, std::string name, std::vector<Type> params);
// `last`, which `what` is to be said about; throws if it is no member.
MemberOptions& LastMember(const ClassInfo& info, MemberOptions& last, std::string_view what);
// Makes the class of `type_key` the base of `info`.
void Extend(ClassInfo& info, const void* type_key);

}  // namespace internal

template <std::derived_from<ModuleObject> T>
class ClassBuilder {
 public:
  explicit ClassBuilder(internal::ClassInfo& info) : info_(&info) {}

  // Clients may construct it, with T(A...). Without this line objects are made by the module only.
  // Once for a class: one that takes this or that has optional parameters, or Args.
  template <typename... A>
  ClassBuilder& Constructor() {
    return Constructor([](A... args) { return Make<T>(std::forward<A>(args)...); });
  }
  // The same by a function that gives a Ref<T> or StatusOr<Ref<T>>.
  template <typename F>
  ClassBuilder& Constructor(F make) {
    info_->constructor()->set_construct(internal::BindFunction(std::move(make)));
    last_ = MemberOptions(nullptr);
    return *this;
  }

  // A member function, or a lambda that takes the object first: [](T& self, ...) { ... }.
  template <typename F>
  ClassBuilder& Method(std::string name, F method) {
    last_ = internal::AddMethod(info_->members(), std::move(name),
                                internal::BindMethod<T>(std::move(method)));
    return *this;
  }
  // Read by `get`, a member function without parameters or a lambda; without `set` clients cannot
  // write it. `set` takes what `get` gives, or a std::optional of it, to be set to undefined or null
  // too.
  template <typename G>
  ClassBuilder& Property(std::string name, G get) {
    last_ = internal::AddProperty(info_->members(), std::move(name),
                                  internal::BindMethod<T>(std::move(get)), {});
    return *this;
  }
  template <typename G, typename S>
  ClassBuilder& Property(std::string name, G get, S set) {
    last_ = internal::AddProperty(info_->members(), std::move(name),
                                  internal::BindMethod<T>(std::move(get)),
                                  internal::BindMethod<T>(std::move(set)));
    return *this;
  }
  // An event it emits, with what listeners get: Event<int64_t>("changed"). Once one is declared,
  // `on` refuses all others.
  template <typename... A>
  ClassBuilder& Event(std::string name) {
    static_assert(std::is_base_of_v<EventEmitter, T>,
                  "a class with events derives from hawser::EventEmitter");
    last_ = internal::AddEvent(info_->members(), std::move(name), {internal::ResultType<A>()...});
    return *this;
  }

  // Members of the constructor.
  template <typename F>
  ClassBuilder& Static(std::string name, F function) {
    last_ = internal::AddMethod(info_->constructor()->members(), std::move(name),
                                internal::BindFunction(std::move(function)));
    return *this;
  }
  template <typename G>
  ClassBuilder& StaticProperty(std::string name, G get) {
    last_ = internal::AddProperty(info_->constructor()->members(), std::move(name),
                                  internal::BindFunction(std::move(get)), {});
    return *this;
  }
  ClassBuilder& StaticConstant(std::string name, Value value) {
    last_ =
        internal::AddConstant(info_->constructor()->members(), std::move(name), std::move(value));
    return *this;
  }

  // Takes over the members of Base, which is registered already, as inherited ones, the static ones
  // too; an object is accepted wherever a Ref<Base> is. Once for a class; what Base has or extends
  // may be said later.
  template <typename Base>
  ClassBuilder& Extends() {
    static_assert(std::is_base_of_v<Base, T>);
    internal::Extend(*info_, internal::TypeKey<Base>());
    return *this;
  }

  // About the member registered last. A constructor is none: said directly after it, or before any
  // member, they refuse the module.
  ClassBuilder& Doc(std::string_view doc) {
    internal::LastMember(*info_, last_, "Doc").Doc(doc);
    return *this;
  }
  ClassBuilder& Hidden() {
    internal::LastMember(*info_, last_, "Hidden").Hidden();
    return *this;
  }
  ClassBuilder& Blocking() {
    internal::LastMember(*info_, last_, "Blocking").Blocking();
    return *this;
  }

 private:
  internal::ClassInfo* info_;
  MemberOptions last_{nullptr};
};

}  // namespace hawser

#endif  // HAWSER_CLASS_BUILDER_H_
