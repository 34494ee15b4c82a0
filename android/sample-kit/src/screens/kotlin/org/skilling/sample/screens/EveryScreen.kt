// Every screen of an app, drawn, compared, and looked at as everybody must be able to.
package org.skilling.sample.screens

import android.content.Context
import android.view.View
import kotlin.test.Test

/** @param scenes every screen by the name of its picture */
abstract class EveryScreen<S>(private val scenes: Map<String, () -> S>, private val draw: (Context, S) -> View) {
    @Test
    fun `by day every screen is as committed`() = everyScreen(Variant.LIGHT)

    @Test
    fun `by night every screen is as committed`() = everyScreen(Variant.DARK)

    @Test
    fun `with text twice as large nothing is cut`() = everyScreen(Variant.LARGE)

    @Test
    fun `from right to left everything is turned round but the digits' keys`() = everyScreen(Variant.MIRRORED)

    private fun everyScreen(variant: Variant) {
        val differences = mutableListOf<String>()
        for ((name, scene) in scenes) {
            val state = scene()
            onStage(variant, { draw(it, state) }) { window ->
                differences += faults(window).map { "$name${variant.suffix}: $it" }
                difference(pictureOf(window), name + variant.suffix)?.let { differences += it }
            }
        }
        assertNoDifference(differences)
    }
}
