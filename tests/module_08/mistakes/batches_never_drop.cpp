  if (batch_size <= 0) throw std::invalid_argument("batch_size is " + std::to_string(batch_size));
  const auto size = static_cast<std::size_t>(batch_size);
  std::vector<Order> result;
  for (std::size_t i = 0; i < order.size(); i += size) {
    const auto batch = order.subspan(i, std::min(size, order.size() - i));
    result.emplace_back(batch.begin(), batch.end());
  }
  return result;
