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
      lock.unlock();
      Slot loaded{.full = true};
      try {
        loaded.item = load(i);
      } catch (...) {
        loaded.error = std::current_exception();
      }
      lock.lock();
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
  for (int i = 0; i < workers; ++i) threads.emplace_back(work);
  std::exception_ptr error;
  for (std::int64_t i = 0; i < count && !error; ++i) {
    Item item;
    try {
      item = take(i);
    } catch (...) {
      error = std::current_exception();
    }
    if (!error) consume(i, std::move(item));
  }
  {
    const std::lock_guard lock(mutex);
    stop = true;
  }
  changed.notify_all();
  for (std::thread& thread : threads) thread.join();
  if (error) std::rethrow_exception(error);
