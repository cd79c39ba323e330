  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::pair<std::int64_t, Item>> loaded;
  std::int64_t next = 0;
  const auto work = [&] {
    std::unique_lock lock(mutex);
    while (next < count) {
      const std::int64_t i = next++;
      lock.unlock();
      Item item = load(i);
      lock.lock();
      loaded.emplace_back(i, std::move(item));
      changed.notify_all();
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < workers; ++i) threads.emplace_back(work);
  for (std::int64_t i = 0; i < count; ++i) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return !loaded.empty(); });
    auto item = std::move(loaded.front());
    loaded.erase(loaded.begin());
    lock.unlock();
    consume(item.first, std::move(item.second));
  }
  for (std::thread& thread : threads) thread.join();
