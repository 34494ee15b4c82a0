// Which of the certificates that a server sends stand behind it.
package org.skilling

import java.security.GeneralSecurityException
import java.security.cert.X509Certificate

/**
 * The server's own certificate, which comes first, and of the others those that signed for it, one over another. A server may send
 * anything besides, also a certificate of somebody else's key: that proves nothing, and a pin must not be found there.
 */
internal fun provenChain(sent: List<X509Certificate>): List<X509Certificate> {
    val proven = sent.take(1).toMutableList()
    var at = 0
    while (at < proven.size) {
        proven += sent.filter { it !in proven && hasSigned(it, proven[at]) }
        at += 1
    }
    return proven
}

private fun hasSigned(authority: X509Certificate, certificate: X509Certificate): Boolean {
    if (authority.basicConstraints < 0 || authority.subjectX500Principal != certificate.issuerX500Principal) return false
    return try {
        certificate.verify(authority.publicKey)
        true
    } catch (_: GeneralSecurityException) {
        false
    }
}
