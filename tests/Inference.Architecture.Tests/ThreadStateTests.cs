using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Inference.Architecture.Tests;

/// <summary>What a call may do and hold goes with it as a parameter. What stays with a thread is listed here, each with its reason.</summary>
public sealed class ThreadStateTests
{
    private static readonly Dictionary<string, string> s_allowed = new()
    {
        ["Inference.Batching.dll uses AsyncLocal`1"] = "whether a call comes from a run that holds a slot: users' stages between the two pass what context they like, or none",
        ["Inference.Caching.dll uses AsyncLocal`1"] = "the same, of a run that holds a row's flight",
        ["Inference.SynchronousCall.t_isCurrent"] = "whether this thread waits for the call: another thread does not",
        ["Inference.Ir.SecretBlocks.t_current"] = "which blocks to erase: memory for constants is asked for in operators, too deep for one parameter more; entered where a model is loaded or planned",
        ["Inference.Kernels.Memory.ScratchArena.t_current"] = "memory that a thread uses again; it says nothing of the call",
        ["Inference.Kernels.Threading.WorkerPool.t_inside"] = "whether the thread is the pool's, or works for a job",
        ["Inference.Kernels.Threading.KernelControl.t_current"] = "asked in loops too deep, and of too many kernels, for one parameter more; the engine's code passes RunControl along",
    };

    [Fact]
    public void Fields_OfAThread_AreThoseListed()
    {
        string[] assemblies = [.. Directory.GetFiles(AppContext.BaseDirectory, "Inference*.dll").Where(static f => !Path.GetFileName(f).Contains("Tests", StringComparison.Ordinal))];
        string[] found = [.. assemblies.SelectMany(Fields).Order(StringComparer.Ordinal)];
        Assert.Equal(s_allowed.Keys.Order(StringComparer.Ordinal), found);
    }

    private static List<string> Fields(string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        MetadataReader metadata = file.GetMetadataReader();
        var found = new List<string>();
        foreach (FieldDefinition field in metadata.FieldDefinitions.Select(metadata.GetFieldDefinition))
        {
            if (field.GetCustomAttributes().Any(a => AttributeOf(metadata, a) == nameof(ThreadStaticAttribute)))
            {
                TypeDefinition type = metadata.GetTypeDefinition(field.GetDeclaringType());
                found.Add($"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}.{metadata.GetString(field.Name)}");
            }
        }

        // Their other forms, by the assembly that uses them.
        found.AddRange(metadata.TypeReferences.Select(t => metadata.GetString(metadata.GetTypeReference(t).Name))
            .Where(static t => t is "ThreadLocal`1" or "AsyncLocal`1").Select(t => $"{Path.GetFileName(assembly)} uses {t}"));
        return found;
    }

    private static string? AttributeOf(MetadataReader metadata, CustomAttributeHandle handle) =>
        metadata.GetCustomAttribute(handle).Constructor is { Kind: HandleKind.MemberReference } constructor
        && metadata.GetMemberReference((MemberReferenceHandle)constructor).Parent is { Kind: HandleKind.TypeReference } type
            ? metadata.GetString(metadata.GetTypeReference((TypeReferenceHandle)type).Name)
            : null;
}
