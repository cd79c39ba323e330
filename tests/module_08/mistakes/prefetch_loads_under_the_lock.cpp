  struct Slot {
    bool full = false;
    Item item = {};
    std::exception_ptr error = {};
  };
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<Slot> slots(static_cast<std::size_t>(ahead));
  std::int64_t next_load = 0, next_consume = 0;
  bool stop = false;
  const auto slot_of = [&](std::int64_t i) -> Slot& { return slots[static_cast<std::size_t>(i % ahead)]; };

  const auto work = [&] {
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [&] { return stop || next_load == count || next_load < next_consume + ahead; });
      if (stop || next_load == count) return;
      const std::int64_t i = next_load++;
      Slot loaded{.full = true};
      try {
        loaded.item = load(i);
      } catch (...) {
        loaded.error = std::current_exception();
      }
      slot_of(i) = std::move(loaded);
      changed.notify_all();
    }
  };
  const auto take = [&](std::int64_t i) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return slot_of(i).full; });
    Slot taken = std::exchange(slot_of(i), {});
    ++next_consume;
    changed.notify_all();
    if (taken.error) std::rethrow_exception(taken.error);
    return std::move(taken.item);
  };

  std::vector<std::thread> threads;
  std::exception_ptr error;
  try {
    for (int i = 0; i < workers; ++i) threads.emplace_back(work);
    for (std::int64_t i = 0; i < count; ++i) consume(i, take(i));
  } catch (...) {
    error = std::current_exception();
  }
  {
    const std::lock_guard lock(mutex);
    stop = true;
  }
  changed.notify_all();
  for (std::thread& thread : threads) thread.join();
  if (error) std::rethrow_exception(error);
