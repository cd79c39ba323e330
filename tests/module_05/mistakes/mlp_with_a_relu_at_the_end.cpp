  if (widths.size() < 2) throw std::invalid_argument("too few widths");
  for (const std::size_t width : widths) {
    if (width == 0) throw std::invalid_argument("a width is 0");
  }
  Layers layers;
  for (std::size_t i = 1; i < widths.size(); ++i) {
    layers.push_back(std::make_shared<Dense>(widths[i - 1], widths[i]));
    layers.push_back(std::make_shared<Relu>());
  }
  return layers;
