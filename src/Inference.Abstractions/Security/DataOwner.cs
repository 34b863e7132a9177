namespace Inference.Security;

/// <summary>Whom data belongs to: a subject, a tenant, a subject of a tenant, or nobody in particular. Immutable.</summary>
/// <param name="Tenant">The tenant, as in <see cref="RunContext.Tenant"/>; null for none.</param>
/// <param name="Subject">The subject, as in <see cref="RunContext.Subject"/>; null for none.</param>
public readonly record struct DataOwner(string? Tenant, string? Subject)
{
    /// <summary>A subject, in whatever tenant.</summary>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public static DataOwner OfSubject(string subject)
    {
        ArgumentException.ThrowIfNullOrEmpty(subject);
        return new DataOwner(null, subject);
    }

    /// <summary>A tenant with all its subjects.</summary>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public static DataOwner OfTenant(string tenant)
    {
        ArgumentException.ThrowIfNullOrEmpty(tenant);
        return new DataOwner(tenant, null);
    }

    /// <summary>Refuses what is not one subject or one tenant.</summary>
    /// <exception cref="ArgumentException">Both are given, or none, or a name is empty.</exception>
    public void ThrowIfNotOne()
    {
        if ((Tenant is null) == (Subject is null) || (Tenant ?? Subject)!.Length == 0)
        {
            throw new ArgumentException($"Expected one subject or one tenant, got {(Tenant is null == Subject is null ? ToString() : "an empty name")}. Use DataOwner.OfSubject or DataOwner.OfTenant.");
        }
    }

    /// <summary>The owner as messages name it: the kind alone, because names are personal data.</summary>
    public override string ToString() => (Tenant, Subject) switch
    {
        (null, null) => "nobody",
        (null, _) => "subject",
        (_, null) => "tenant",
        _ => "subject of a tenant",
    };
}
