  return widths.front() * widths.back() * batch;
