using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Inference.Architecture.Tests.Rooms;

namespace Inference.Architecture.Tests.Instructions;

/// <summary>The methods that each method of an assembly names, called or taken by address. Names are those of metadata, nested types after a dot.</summary>
internal sealed class CalledMethods(MetadataReader metadata)
{
    /// <summary>Reads an assembly.</summary>
    public static IReadOnlyList<(string Type, string Method, (string Type, string Method)[] Calls)> Of(string path)
    {
        using var file = new PEReader(File.OpenRead(path));
        MetadataReader metadata = file.GetMetadataReader();
        var reader = new CalledMethods(metadata);
        return
        [
            .. metadata.MethodDefinitions.Select(metadata.GetMethodDefinition).Where(static m => m.RelativeVirtualAddress != 0).Select(m => (
                reader.Name(m.GetDeclaringType()), metadata.GetString(m.Name),
                Operands.Of(file.GetMethodBody(m.RelativeVirtualAddress)).Select(reader.Method).OfType<(string, string)>().ToArray())),
        ];
    }

    private (string Type, string Method)? Method(EntityHandle handle)
    {
        switch (handle.Kind)
        {
            case HandleKind.MethodDefinition:
                MethodDefinition method = metadata.GetMethodDefinition((MethodDefinitionHandle)handle);
                return (Name(method.GetDeclaringType()), metadata.GetString(method.Name));
            case HandleKind.MemberReference:
                MemberReference member = metadata.GetMemberReference((MemberReferenceHandle)handle);
                return (Name(member.Parent), metadata.GetString(member.Name));
            case HandleKind.MethodSpecification:
                return Method(metadata.GetMethodSpecification((MethodSpecificationHandle)handle).Method);
            default:
                return null;
        }
    }

    private string Name(EntityHandle handle)
    {
        switch (handle.Kind)
        {
            case HandleKind.TypeDefinition:
                TypeDefinition type = metadata.GetTypeDefinition((TypeDefinitionHandle)handle);
                return Join(type.IsNested ? Name(type.GetDeclaringType()) : metadata.GetString(type.Namespace), type.Name);
            case HandleKind.TypeReference:
                TypeReference used = metadata.GetTypeReference((TypeReferenceHandle)handle);
                return Join(used.ResolutionScope.Kind == HandleKind.TypeReference ? Name(used.ResolutionScope) : metadata.GetString(used.Namespace), used.Name);
            case HandleKind.TypeSpecification:
                // A generic type with its arguments: the type itself stands behind two bytes of kind.
                BlobReader blob = metadata.GetBlobReader(metadata.GetTypeSpecification((TypeSpecificationHandle)handle).Signature);
                return blob.ReadByte() == (byte)SignatureTypeCode.GenericTypeInstance && blob.ReadByte() != 0 ? Name(blob.ReadTypeHandle()) : "";
            default:
                return "";
        }
    }

    private string Join(string before, StringHandle name) => before.Length == 0 ? metadata.GetString(name) : $"{before}.{metadata.GetString(name)}";
}
