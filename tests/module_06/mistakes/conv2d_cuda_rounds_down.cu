  const int size = s.batch * s.filters * s.out_height * s.out_width, threads = 128;
  conv2d_kernel<<<size > threads ? size / threads : 1, threads, 0, stream>>>(s, x, weight, bias, y);
