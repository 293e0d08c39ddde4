#ifndef HAWSER_MEMBER_TABLE_H_
#define HAWSER_MEMBER_TABLE_H_

// MemberTable: the members of a class, of a constructor or of a module's exports, with the code
// behind each, and the one shape all objects of the table share. A call finds its code by the
// member's number. Authors do not use this header.
//
// Filled while the module is made, then sealed; from then on immutable and thread-safe.

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "hawser/bound.h"
#include "hawser/shape.h"

namespace hawser::internal {

class MemberTable {
 public:
  MemberTable(Module& module, ObjectKind kind, std::string name);
  MemberTable(const MemberTable&) = delete;
  MemberTable& operator=(const MemberTable&) = delete;

  Module& module() const { return module_; }
  const std::string& name() const { return name_; }

  // Adds a member: `run` is a method's body or a property's getter, `set` a property's setter.
  // Throws an Exception for a name that is empty, taken, or no UTF-8, which could not be sent, and
  // for a sealed table. The member may be changed until Seal.
  Member& Add(Member member, Bound run, Bound set = {});
  // Adds the members of `base` that this table has no member of the same name for, as inherited
  // ones, and those that `base` is going to inherit itself.
  void Inherit(const MemberTable& base);
  // Whose members this table is going to inherit.
  void set_base(const MemberTable& base) { base_ = &base; }
  // What a constructor takes.
  void set_signature(Signature signature) { signature_ = std::move(signature); }
  const Signature& signature() const { return signature_; }
  // Builds the shape. Further calls do nothing.
  void Seal();
  bool sealed() const { return shape_ != nullptr; }

  // Destroys the callables, and with them whatever they hold. No call may run or come any more.
  void DropCode();

  // Of a sealed table; an empty shape before.
  ShapeRef shape() const;
  // The members so far.
  const std::vector<Member>& members() const {
    return shape_ == nullptr ? members_ : shape_->members();
  }

  // Number of the member a call means, or Shape::kNotFound.
  int Find(const Invocation& call) const {
    return call.shape == shape_.get() ? call.member : shape()->Find(call.member_name());
  }
  // Runs a call of member `index` on `self`. Every failure is an answer.
  void Invoke(Object& self, int index, Invocation& call, Reply reply) const;
  // Answers a call that names no member of this table.
  void Refuse(Object& self, const Invocation& call, Reply reply) const;

 private:
  struct Code {
    Bound run;
    Bound set;
  };

  bool Has(const Member& member) const;
  void Run(const Bound& code, Object& self, size_t index, Invocation& call, Reply reply) const;

  Module& module_;
  const ObjectKind kind_;
  const std::string name_;
  Signature signature_;
  const MemberTable* base_ = nullptr;
  std::vector<Member> members_;    // until sealed
  std::deque<Code> own_;           // stable addresses: derived classes share them
  std::vector<const Code*> code_;  // by member number
  ShapeRef shape_;
};

// Does to a property's value what a call of the property asks for: kGet answers with it, the others
// act on it. `home` is where the call runs now. For op, args and context of `call` only.
void ActOnValue(Value value, std::string_view name, const base::Executor* home, Invocation& call,
                Reply reply);

}  // namespace hawser::internal

#endif  // HAWSER_MEMBER_TABLE_H_
