// Base64, for clients in C++ whose library has none.
#pragma once

#include <string>

namespace base64 {

const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

inline std::string encoded(const std::string& bytes) {
    std::string text;
    unsigned value = 0;
    int bits = 0;
    for (unsigned char byte : bytes) {
        value = value << 8 | byte;
        for (bits += 8; bits >= 6; bits -= 6) {
            text += alphabet[value >> (bits - 6) & 63];
        }
    }
    if (bits > 0) {
        text += alphabet[value << (6 - bits) & 63];
    }
    return text.append((4 - text.size() % 4) % 4, '=');
}

inline std::string decoded(const std::string& text) {
    std::string bytes;
    unsigned value = 0;
    int bits = 0;
    for (char character : text) {
        std::size_t digit = alphabet.find(character);
        if (digit == std::string::npos) {
            continue;
        }
        value = value << 6 | static_cast<unsigned>(digit);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes += static_cast<char>(value >> bits & 255);
        }
    }
    return bytes;
}

}  // namespace base64
