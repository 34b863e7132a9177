using System.ComponentModel.DataAnnotations;

namespace Inference.Erasure;

/// <summary>Options of erasures.</summary>
public sealed class DataErasureOptions
{
    /// <summary>The file of the private key that signs receipts: ECDSA P-256 in PEM, such as <c>openssl ecparam -name prime256v1 -genkey -noout</c> makes. Read for each receipt.</summary>
    [Required]
    public string? SigningKeyFile { get; set; }

    /// <summary>The key's id, in the receipt's header; null, the default, for none.</summary>
    [StringLength(128, MinimumLength = 1)]
    public string? KeyId { get; set; }
}
