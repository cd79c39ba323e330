  std::vector<Gradient> gradients(graph.size());
  const std::function<void(std::size_t, const Gradient&)> visit = [&](std::size_t visited, const Gradient& grad) {
    Gradient& sum = gradients[visited];
    if (sum == nullptr) {
      sum = grad;
    } else {
      sum = std::make_shared<std::vector<float>>(*sum);
      for (std::size_t i = 0; i < sum->size(); ++i) (*sum)[i] += (*grad)[i];
    }
    const Node& node = graph[visited];
    if (!node.rule) return;
    const std::vector<Gradient> parts = node.rule(grad);
    if (parts.size() != node.inputs.size()) throw std::invalid_argument("a wrong number of gradients");
    for (std::size_t k = 0; k < parts.size(); ++k) {
      if (parts[k] != nullptr && graph[node.inputs[k]].needs_gradient) visit(node.inputs[k], parts[k]);
    }
  };
  if (!order.empty()) visit(order.front(), seed);
  return gradients;
