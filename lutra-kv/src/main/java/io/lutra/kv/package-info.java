/** The command {@code lutra}. {@code Replica} is the example of how the library is used; {@code Demo} runs three of them. */
@NullMarked
package io.lutra.kv;

import org.jspecify.annotations.NullMarked;
