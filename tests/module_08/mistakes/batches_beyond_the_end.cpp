  if (batch_size <= 0) throw std::invalid_argument("batch_size is " + std::to_string(batch_size));
  const auto size = static_cast<std::size_t>(batch_size);
  std::vector<Order> result;
  for (std::size_t i = 0; i < order.size(); i += size) {
    Order batch;
    for (std::size_t j = i; j < i + size; ++j) batch.push_back(order[j]);
    result.push_back(batch);
  }
  return result;
