  std::vector<Order> result;
  const auto n = static_cast<std::int64_t>(order.size());
  const std::int64_t count = drop_last ? n / batch_size : (n + batch_size - 1) / batch_size;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t end = std::min(n, (i + 1) * batch_size);
    result.emplace_back(order.begin() + i * batch_size, order.begin() + end);
  }
  return result;
