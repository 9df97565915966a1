#include "model/fault_guard.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <mutex>

#include <fmt/format.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tacet/error.h"

namespace tacet::model {
namespace {

// One guarded range. The handler may look at it at any moment, in any thread, so that everything
// is a lock-free atomic: `begin` is set last and cleared first, and 0 means that there is nothing.
struct Slot {
  std::atomic<bool> taken{false};
  std::atomic<bool> hit{false};
  std::atomic<std::uintptr_t> begin{0};
  std::atomic<std::uintptr_t> end{0};
};
static_assert(std::atomic<bool>::is_always_lock_free);
static_assert(std::atomic<std::uintptr_t>::is_always_lock_free);

// Constant-initialised and never destroyed: the handler outlives everything else.
constinit std::array<Slot, FaultGuard::kCapacity> slots;
std::uintptr_t page_size = 0;
struct sigaction previous_action;

std::uintptr_t address_of(const void* pointer) {
  return reinterpret_cast<std::uintptr_t>(pointer);
}

// The slot whose range holds `address`, or nullptr. `begin` is read again at the end: were the
// slot given to another range in between, `end` would not belong to it.
Slot* find_slot(std::uintptr_t address) {
  for (Slot& slot : slots) {
    const std::uintptr_t begin = slot.begin.load();
    if (begin == 0 || address < begin || address >= slot.end.load()) continue;
    if (slot.begin.load() == begin) return &slot;
  }
  return nullptr;
}

// Puts zeros in place of the lost page. The pages behind it are lost too when the file shrank, and
// one map for all of them keeps the number of maps of the process small.
bool repair(std::uintptr_t address, Slot& slot) {
  const std::uintptr_t page = address & ~(page_size - 1);
  void* const place = reinterpret_cast<void*>(page);  // NOLINT(performance-no-int-to-ptr)
  slot.hit.store(true);
  return mmap(place, slot.end.load() - page, PROT_READ,
              MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0) != MAP_FAILED;
}

void call_previous(int signal_number, siginfo_t* info, void* context) {
  if ((previous_action.sa_flags & SA_SIGINFO) != 0) {
    previous_action.sa_sigaction(signal_number, info, context);
    return;
  }
  if (previous_action.sa_handler != SIG_DFL && previous_action.sa_handler != SIG_IGN) {
    previous_action.sa_handler(signal_number);
    return;
  }
  // A signal that was sent (code <= 0) may be ignored, a real fault may not: it would come again
  // at once, for ever.
  if (previous_action.sa_handler == SIG_IGN && info->si_code <= 0) return;
  struct sigaction action = {};
  action.sa_handler = SIG_DFL;
  sigaction(signal_number, &action, nullptr);
  raise(signal_number);  // blocked while we are here; delivered, and deadly, when we return
}

// Does only what may be done in a signal handler: atomics and bare system calls.
void on_bus_error(int signal_number, siginfo_t* info, void* context) {
  const int saved_errno = errno;
  bool repaired = false;
  if (info->si_code == BUS_ADRERR) {
    const std::uintptr_t address = address_of(info->si_addr);
    Slot* const slot = find_slot(address);
    repaired = slot != nullptr && repair(address, *slot);
  }
  if (!repaired) call_previous(signal_number, info, context);
  errno = saved_errno;
}

// sigaction() can only fail for a signal or an address that does not exist, so that its result
// says nothing here. The previous action is stored before our handler can run.
void install_handler() {
  page_size = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  sigaction(SIGBUS, nullptr, &previous_action);
  struct sigaction action = {};
  action.sa_sigaction = on_bus_error;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGBUS, &action, nullptr);
}

}  // namespace

FaultGuard::FaultGuard(std::span<const std::byte> range) : slot_(0) {
  static std::once_flag installed;
  std::call_once(installed, install_handler);
  while (slot_ < slots.size() && slots[slot_].taken.exchange(true)) ++slot_;
  if (slot_ == slots.size()) {
    throw ModelError(fmt::format(
        "more than {} weight files are in use at one time; release models that are no longer "
        "needed, or store this one in fewer shards",
        kCapacity));
  }
  Slot& slot = slots[slot_];
  slot.hit.store(false);
  slot.end.store(address_of(range.data()) + range.size());
  slot.begin.store(address_of(range.data()));
}

FaultGuard::~FaultGuard() {
  slots[slot_].begin.store(0);
  slots[slot_].taken.store(false);
}

bool FaultGuard::hit() const noexcept {
  return slots[slot_].hit.load();
}

}  // namespace tacet::model
