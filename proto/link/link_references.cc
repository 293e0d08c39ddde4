// Link, the objects in frames: the references of what is sent, and the objects of what is received.
//
// The invariant that makes release safe is kept here and by who calls it: see link_send.cc.

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "hawser/base/string_view.h"
#include "proto/link/defect.h"
#include "proto/link/endpoint.h"
#include "proto/link/link.h"

namespace hawser::link {
namespace {

// A constant stands in the frame itself, where nothing but its own text can be named.
absl::Status CheckConstant(const Value& constant) {
  std::vector<Object*> objects;
  absl::Status status = wire::CollectObjectsOf(constant, &objects);
  if (status.ok() && objects.empty()) return status;
  if (status.ok()) return absl::InvalidArgumentError("a constant cannot hold objects");
  return absl::Status(status.code(),
                      absl::StrCat("the constant of a callback: ", status.message()));
}

// Shapes, equal ones once: functions build one each.
struct ShapeHash {
  size_t operator()(const Shape* shape) const { return shape->hash(); }
};
struct ShapeEqual {
  bool operator()(const Shape* a, const Shape* b) const { return a->Equals(*b); }
};
using ShapeSet = absl::flat_hash_set<const Shape*, ShapeHash, ShapeEqual>;

}  // namespace

// Sent

// About what a reference takes beyond its numbers.
size_t Link::ExtraBytes(const wire::Reference& reference) {
  size_t bytes = reference.site.size();
  if (!reference.constant.is_undefined())
    bytes += writer_.CallSize({}, std::span(&reference.constant, 1), {}, {});
  return bytes;
}

// First half of resolving, which changes nothing: fills references_scratch_, those to come without
// a handle but with their shape, and checks the limits. An object without a handle that occurs
// twice counts twice, a shape once.
absl::Status Link::PlanReferences(size_t bytes) {
  size_t handles = 0;
  ShapeSet shapes;  // that the peer does not know yet
  for (Object* object : objects_scratch_) {
    wire::Reference& reference = references_scratch_.emplace_back();
    Proxy* proxy = Proxy::From(object);
    if (proxy != nullptr && proxy->endpoint().get() == endpoint_) {
      reference.yours = true;
      reference.handle = proxy->handle();
      continue;
    }
    const Shape* shape = nullptr;
    if (std::optional<uint64_t> handle = exports_.HandleOf(object)) {
      reference.handle = *handle;
      reference.shape_number = exports_.Find(*handle)->shape;
      shape = out_shapes_.At(reference.shape_number).get();
    } else {
      reference.definition = object->shape();
      shape = reference.definition.get();
      ++handles;
      if (std::optional<uint32_t> known = out_shapes_.NumberOf(*shape)) {
        reference.shape_number = *known;
      } else if (shapes.insert(shape).second) {
        bytes += shape->MemoryBytes();
      }
    }
    if (shape->kind() == ObjectKind::kFunction) {
      reference.site = object->site();
      reference.constant = object->constant();
      if (absl::Status status = CheckConstant(reference.constant); !status.ok()) return status;
      bytes += ExtraBytes(reference);
    }
  }
  if (handles > 0 && exports_.size() + handles > limits_.handles) {
    return absl::ResourceExhaustedError(
        absl::StrCat("too many handles exported to this session (limit ", limits_.handles, ")"));
  }
  if (!shapes.empty() && out_shapes_.size() + shapes.size() > limits_.shapes) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "too many different shapes exported to this session (limit ", limits_.shapes, ")"));
  }
  if (bytes > wire::WireLimits::kMaxFrameBytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat("too large with the constants and shapes of its objects: about ", bytes,
                     " bytes (limit ", wire::WireLimits::kMaxFrameBytes, ")"));
  }
  return absl::OkStatus();
}

absl::Status Link::ResolveObjects(size_t bytes, Via via) {
  if (absl::Status status = PlanReferences(bytes); !status.ok()) return status;
  auto now_s = static_cast<uint32_t>(absl::ToUnixSeconds(endpoint_->clock().WallNow()));
  for (size_t i = 0; i < objects_scratch_.size(); ++i) {
    wire::Reference& reference = references_scratch_[i];
    Object* object = objects_scratch_[i];
    if (reference.yours) continue;
    if (ShapeRef shape = std::move(reference.definition)) {
      reference.definition = nullptr;
      // The same object or shape may stand before it in the frame.
      std::optional<uint32_t> known = out_shapes_.NumberOf(*shape);
      reference.shape_number = known ? *known : out_shapes_.Add(shape);
      if (!known) reference.definition = std::move(shape);
      if (std::optional<uint64_t> handle = exports_.HandleOf(object)) {
        reference.handle = *handle;
      } else {
        reference.handle = exports_.Add(ObjectRef(object), reference.shape_number, now_s, via);
        endpoint_->OnExport(object, reference.handle);
        // Holders that were there when it went are told then, by ObjectGone.
        if (object->gone() != GoneReason::kAlive) gone_when_exported_.push_back(object);
      }
    }
    reference.oid = endpoint_->OidOf(object, exports_.FirstHandleOf(object));
    entries_scratch_.push_back(reference.handle);
  }
  return absl::OkStatus();
}

absl::Status Link::CheckArguments(const OutgoingCall& call) {
  objects_scratch_.clear();
  absl::Status status = wire::CollectObjects(call.args, &objects_scratch_);
  scratch_used_ |= !objects_scratch_.empty();
  return status.ok() ? status : Unsendable(call, status);
}

void Link::NoteReference(uint64_t handle, uint64_t frame) {
  if (ExportTable::Entry* entry = exports_.Find(handle))
    entry->last_frame = Planted(Defect::kCountPerSend) ? entry->last_frame + 1 : frame;
}

ShapeRef Link::ShapeOf(const IncomingCall& call) {
  if (call.shape_ != nullptr) return ShapeRef(call.shape_);
  return call.target_ ? call.target_->shape() : nullptr;
}

std::string Link::NameOf(const IncomingCall& call) {
  ShapeRef shape = ShapeOf(call);
  if (!shape) return "an unknown object";
  return CallName(*shape, call.member_, call.op_, call.name_);
}

absl::Status Link::Unsendable(const OutgoingCall& call, const absl::Status& why) {
  std::string text = call.name.empty() ? "an answer" : std::string(call.name);
  if (call.target) text = CallName(*call.target->shape(), call.member, call.op, call.name);
  absl::StrAppend(&text, ": ");
  std::string_view what = base::ToStd(why.message());
  std::vector<Object*> objects;
  absl::Status of_value;
  if (call.op == Op::kSet && call.args.size() == 1) {
    // It has one value, which nobody counts.
    of_value = wire::CollectObjectsOf(call.args[0], &objects);
    if (!of_value.ok()) what = base::ToStd(of_value.message());
  } else {
    for (size_t i = 0; i < call.args.size(); ++i) {
      objects.clear();
      if (!wire::CollectObjectsOf(call.args[i], &objects).ok()) break;
      auto is_at_fault = [&why](Object* object) {
        return CheckConstant(object->constant()) == why;
      };
      if (std::ranges::none_of(objects, is_at_fault)) continue;
      absl::StrAppend(&text, "argument ", i + 1, ": ");
      break;
    }
  }
  return absl::Status(why.code(), absl::StrCat(text, base::ToAbsl(what)));
}

Via Link::ViaOf(const IncomingCall& call) {
  ShapeRef shape = ShapeOf(call);
  if (!shape) return ViaTable::kUnknown;
  int member = call.member_;
  if (member == Invocation::kSelf && !call.name_.empty()) member = shape->Find(call.name_);
  // The root's members are few and its shape changes with each built-in: named, not numbered.
  if (member == Shape::kNotFound && !call.name_.empty()) member = Invocation::kSelf;
  return vias_.Of(std::move(shape), member, call.op_);
}

// Received

absl::Status Link::RegisterReferences() {
  absl::Status first_error;
  for (const wire::Reference& reference : frame_.references) {
    absl::StatusOr<ObjectRef> object = RegisterReference(reference);
    if (!object.ok() && first_error.ok()) first_error = object.status();
    registered_.push_back(object.ok() ? *std::move(object) : ObjectRef());
  }
  return first_error;
}

absl::StatusOr<ObjectRef> Link::RegisterReference(const wire::Reference& reference) {
  if (reference.yours) {
    ExportTable::Entry* entry = exports_.Find(reference.handle);
    if (entry == nullptr) {
      return absl::NotFoundError(absl::StrCat("handle ", reference.handle,
                                              " was not given to this session, or is released"));
    }
    return entry->object;
  }
  absl::Status shaped = RegisterShape(reference);
  if (Ref<Proxy> proxy = imports_.Find(reference.handle)) {
    if (!shaped.ok()) return shaped;
    return ObjectRef(std::move(proxy));
  }
  // One that is refused gets its proxy all the same, so that its handle is released.
  uint32_t number = shaped.ok() ? reference.shape_number : 0;
  auto proxy = Ref<Proxy>::Adopt(new Proxy(Ref<Endpoint>(endpoint_), reference.handle,
                                           reference.oid, in_shapes_.At(number), reference.site,
                                           reference.constant, ExtraBytes(reference)));
  // Handed out again before the peer heard that the last handle of it was released.
  if (root_oid_ != 0 && reference.oid == root_oid_) proxy->MarkRoot();
  imports_.Set(proxy.get());
  if (!shaped.ok()) return shaped;
  if (imports_.size() > limits_.imports) {
    return absl::ResourceExhaustedError(
        absl::StrCat("too many objects and callbacks handed over by this session (limit ",
                     limits_.imports, ")"));
  }
  if (imports_.extra_bytes() > limits_.import_bytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat("too many bytes of constants and sites handed over by this session (limit ",
                     limits_.import_bytes, ")"));
  }
  return ObjectRef(std::move(proxy));
}

absl::Status Link::RegisterShape(const wire::Reference& reference) {
  uint32_t number = reference.shape_number;
  // A repeat must not grow the table.
  bool known = number <= in_shapes_.size();
  if (!reference.defines || (known && number != 0)) {
    if (!known)
      return absl::InvalidArgumentError(absl::StrCat("shape ", number, " was never defined"));
    if (in_shapes_.At(number)) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("the definition of shape ", number, " was refused"));
  }
  bool too_many = in_shapes_.size() >= limits_.shapes;
  if (!too_many && number != in_shapes_.size() + 1)
    return absl::InvalidArgumentError(absl::StrCat("shape ", number, " is defined out of turn"));
  if (too_many || in_shapes_.bytes() > limits_.shape_bytes) {
    if (!too_many) in_shapes_.AddRefused();
    return absl::ResourceExhaustedError(
        absl::StrCat("too many different shapes handed over by this session (limits ",
                     limits_.shapes, ", ", limits_.shape_bytes, " bytes)"));
  }
  if (!reference.definition) {
    in_shapes_.AddRefused();
    return absl::InvalidArgumentError(absl::StrCat("shape ", number, " is malformed"));
  }
  in_shapes_.Add(reference.definition);
  return absl::OkStatus();
}

Ref<Proxy> Link::ImportRoot() {
  if (Ref<Proxy> root = imports_.Find(0)) return root;
  auto root = Ref<Proxy>::Adopt(new Proxy(Ref<Endpoint>(endpoint_), 0, 0, out_shapes_.At(0)));
  imports_.Set(root.get());
  return root;
}

void Link::NoteRoot(const Value& described) {
  Proxy* proxy = Proxy::From(described.AsObject());
  if (proxy == nullptr || proxy->endpoint().get() != endpoint_) return;
  proxy->MarkRoot();
  root_oid_ = proxy->oid().value();
}

}  // namespace hawser::link
