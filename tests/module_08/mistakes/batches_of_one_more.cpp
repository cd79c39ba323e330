  if (batch_size <= 0) throw std::invalid_argument("batch_size is " + std::to_string(batch_size));
  const auto size = static_cast<std::size_t>(batch_size);
  std::vector<Order> result(order.size() / size + (drop_last ? 0 : 1));
  for (std::size_t i = 0; i < order.size() && i / size < result.size(); ++i) result[i / size].push_back(order[i]);
  return result;
