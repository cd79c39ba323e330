  std::vector<std::size_t> order;
  std::vector<bool> seen(graph.size());
  const std::function<void(std::size_t)> visit = [&](std::size_t node) {
    if (seen[node] || !graph[node].needs_gradient) return;
    seen[node] = true;
    for (const std::size_t input : graph[node].inputs) visit(input);
    order.push_back(node);
  };
  visit(output);
  std::reverse(order.begin(), order.end());
  return order;
