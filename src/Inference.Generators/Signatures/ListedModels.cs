using Microsoft.CodeAnalysis;

namespace Inference.Generators.Signatures;

/// <summary>The models that a project lists.</summary>
internal static class ListedModels
{
    /// <summary>The signature files of the project.</summary>
    public static IncrementalValueProvider<EquatableArray<Signature>> Read(IncrementalGeneratorInitializationContext context) => context.AdditionalTextsProvider
        .Where(static file => file.Path.EndsWith(SignatureReader.Extension, StringComparison.Ordinal))
        .Select(SignatureReader.Read)
        .Collect()
        .Select(static (all, _) => new EquatableArray<Signature>(all));

    /// <summary>The one model that a type names.</summary>
    /// <returns>Null if there is one; otherwise what to report.</returns>
    public static Finding? Find(TypedClass type, EquatableArray<Signature> signatures, out Signature? signature)
    {
        Signature[] listed = [.. signatures.Where(static s => s.Error is null)];
        Signature[] named = [.. listed.Where(s => s.IsExactly(type.Model))];
        if (named.Length == 0)
        {
            named = [.. listed.Where(s => s.IsNamedBy(type.Model))];
        }

        signature = named.Length == 1 ? named[0] : null;
        return named.Length switch
        {
            1 => null,
            0 => Finding.Of(Rules.NotListed, type.Location, type.Name, type.Model, Names(listed)),
            _ => Finding.Of(Rules.Ambiguous, type.Location, type.Name, type.Model, Names(named)),
        };
    }

    private static string Names(IReadOnlyCollection<Signature> signatures) => signatures.Count == 0 ? "none" : string.Join(", ", signatures.Select(static s => $"'{s.Model}'"));
}
