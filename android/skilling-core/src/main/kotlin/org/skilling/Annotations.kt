// Two marks that the libraries put on their own code.
package org.skilling

/** Shared between the libraries of Skilling; not for apps, and may change at any time. */
@RequiresOptIn(level = RequiresOptIn.Level.ERROR, message = "Between Skilling's own libraries only.")
@Retention(AnnotationRetention.BINARY)
@Target(AnnotationTarget.CLASS, AnnotationTarget.FUNCTION, AnnotationTarget.PROPERTY, AnnotationTarget.CONSTRUCTOR)
public annotation class InternalSkillingApi

/**
 * Used only behind a check of `SDK_INT` for [level]. The build compares every call with the public API of the oldest Android
 * that is supported, and lets go beyond it only what carries this mark.
 */
@InternalSkillingApi
@Retention(AnnotationRetention.BINARY)
@Target(AnnotationTarget.FUNCTION, AnnotationTarget.CLASS)
public annotation class NewerApi(val level: Int)
