#pragma once

// A header of the consumer's own, under a name that TinyTorch has, too.
constexpr float kWantedRatio = 0.01f;
