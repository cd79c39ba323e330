  const int index = static_cast<int>(threadIdx.x);
  if (index >= s.batch * s.filters * s.out_height * s.out_width) return;
  const int j = index % s.out_width, i = index / s.out_width % s.out_height;
  const int f = index / s.out_width / s.out_height % s.filters, n = index / s.out_width / s.out_height / s.filters;
  double sum = bias[f];
  for (int c = 0; c < s.channels; ++c) {
    for (int k = 0; k < s.kernel; ++k) {
      for (int l = 0; l < s.kernel; ++l) {
        const int row = i * s.stride - s.padding + k, column = j * s.stride - s.padding + l;
        if (row < 0 || row >= s.height || column < 0 || column >= s.width) continue;
        sum += static_cast<double>(weight[((f * s.channels + c) * s.kernel + k) * s.kernel + l]) *
               x[((n * s.channels + c) * s.height + row) * s.width + column];
      }
    }
  }
  y[index] = static_cast<float>(sum);
