using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Inference.Architecture.Tests.Rooms;

/// <summary>The types that each type of an assembly uses: in its base, fields, signatures, attributes and method bodies. Names are those of the outermost types.</summary>
internal sealed class UsedTypes : ISignatureTypeProvider<object?, object?>
{
    private readonly MetadataReader _metadata;
    private readonly PEReader _file;
    private readonly HashSet<TypeName> _used = [];

    private UsedTypes(PEReader file)
    {
        _file = file;
        _metadata = file.GetMetadataReader();
    }

    /// <summary>Reads an assembly.</summary>
    /// <param name="path">Its file.</param>
    /// <returns>Pairs of a type and one that it uses, each once.</returns>
    public static IReadOnlyCollection<(TypeName From, TypeName To)> Of(string path)
    {
        using var file = new PEReader(File.OpenRead(path));
        var reader = new UsedTypes(file);
        var pairs = new HashSet<(TypeName, TypeName)>();
        foreach (TypeDefinitionHandle handle in reader._metadata.TypeDefinitions)
        {
            TypeName from = reader.Name(handle);
            reader._used.Clear();
            reader.Visit(reader._metadata.GetTypeDefinition(handle));
            pairs.UnionWith(reader._used.Where(to => to != from).Select(to => (from, to)));
        }

        return pairs;
    }

    private void Visit(TypeDefinition type)
    {
        Use(type.BaseType);
        Use(type.GetCustomAttributes());
        Use(type.GetGenericParameters());
        foreach (InterfaceImplementationHandle handle in type.GetInterfaceImplementations())
        {
            Use(_metadata.GetInterfaceImplementation(handle).Interface);
        }

        foreach (FieldDefinitionHandle handle in type.GetFields())
        {
            FieldDefinition field = _metadata.GetFieldDefinition(handle);
            field.DecodeSignature(this, null);
            Use(field.GetCustomAttributes());
        }

        foreach (PropertyDefinitionHandle handle in type.GetProperties())
        {
            Use(_metadata.GetPropertyDefinition(handle).GetCustomAttributes());
        }

        foreach (MethodDefinitionHandle handle in type.GetMethods())
        {
            MethodDefinition method = _metadata.GetMethodDefinition(handle);
            method.DecodeSignature(this, null);
            Use(method.GetCustomAttributes());
            Use(method.GetGenericParameters());
            if (method.RelativeVirtualAddress != 0)
            {
                VisitBody(_file.GetMethodBody(method.RelativeVirtualAddress));
            }
        }
    }

    private void VisitBody(MethodBodyBlock body)
    {
        if (!body.LocalSignature.IsNil)
        {
            _metadata.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(this, null);
        }

        foreach (ExceptionRegion region in body.ExceptionRegions)
        {
            Use(region.CatchType);
        }

        foreach (EntityHandle operand in Operands.Of(body))
        {
            Use(operand);
        }
    }

    private void Use(CustomAttributeHandleCollection attributes)
    {
        foreach (CustomAttributeHandle handle in attributes)
        {
            Use(_metadata.GetCustomAttribute(handle).Constructor);
        }
    }

    private void Use(GenericParameterHandleCollection parameters)
    {
        foreach (GenericParameterHandle handle in parameters)
        {
            foreach (GenericParameterConstraintHandle constraint in _metadata.GetGenericParameter(handle).GetConstraints())
            {
                Use(_metadata.GetGenericParameterConstraint(constraint).Type);
            }
        }
    }

    private void Use(EntityHandle handle)
    {
        if (handle.IsNil)
        {
            return;
        }

        switch (handle.Kind)
        {
            case HandleKind.TypeDefinition:
                _used.Add(Name((TypeDefinitionHandle)handle));
                break;
            case HandleKind.TypeReference:
                _used.Add(Name((TypeReferenceHandle)handle));
                break;
            case HandleKind.TypeSpecification:
                _metadata.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(this, null);
                break;
            case HandleKind.MethodDefinition:
                Use(_metadata.GetMethodDefinition((MethodDefinitionHandle)handle).GetDeclaringType());
                break;
            case HandleKind.FieldDefinition:
                Use(_metadata.GetFieldDefinition((FieldDefinitionHandle)handle).GetDeclaringType());
                break;
            case HandleKind.MemberReference:
                Use(_metadata.GetMemberReference((MemberReferenceHandle)handle));
                break;
            case HandleKind.MethodSpecification:
                MethodSpecification method = _metadata.GetMethodSpecification((MethodSpecificationHandle)handle);
                Use(method.Method);
                method.DecodeSignature(this, null);
                break;
            default:
                break;
        }
    }

    private void Use(MemberReference member)
    {
        Use(member.Parent);
        if (member.GetKind() == MemberReferenceKind.Field)
        {
            member.DecodeFieldSignature(this, null);
        }
        else
        {
            member.DecodeMethodSignature(this, null);
        }
    }

    private TypeName Name(TypeDefinitionHandle handle)
    {
        TypeDefinition type = _metadata.GetTypeDefinition(handle);
        while (type.IsNested)
        {
            type = _metadata.GetTypeDefinition(type.GetDeclaringType());
        }

        return Name(_metadata.GetAssemblyDefinition().Name, type.Namespace, type.Name);
    }

    private TypeName Name(TypeReferenceHandle handle)
    {
        TypeReference type = _metadata.GetTypeReference(handle);
        while (type.ResolutionScope.Kind == HandleKind.TypeReference)
        {
            type = _metadata.GetTypeReference((TypeReferenceHandle)type.ResolutionScope);
        }

        StringHandle assembly = type.ResolutionScope.Kind == HandleKind.AssemblyReference
            ? _metadata.GetAssemblyReference((AssemblyReferenceHandle)type.ResolutionScope).Name
            : _metadata.GetAssemblyDefinition().Name;
        return Name(assembly, type.Namespace, type.Name);
    }

    private TypeName Name(StringHandle assembly, StringHandle space, StringHandle name) => new(_metadata.GetString(assembly), _metadata.GetString(space), _metadata.GetString(name));

    object? ISimpleTypeProvider<object?>.GetPrimitiveType(PrimitiveTypeCode typeCode) => null;

    object? ISimpleTypeProvider<object?>.GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind)
    {
        Use(handle);
        return null;
    }

    object? ISimpleTypeProvider<object?>.GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind)
    {
        Use(handle);
        return null;
    }

    object? ISignatureTypeProvider<object?, object?>.GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind)
    {
        Use(handle);
        return null;
    }

    object? ISZArrayTypeProvider<object?>.GetSZArrayType(object? elementType) => null;

    object? IConstructedTypeProvider<object?>.GetArrayType(object? elementType, ArrayShape shape) => null;

    object? IConstructedTypeProvider<object?>.GetByReferenceType(object? elementType) => null;

    object? IConstructedTypeProvider<object?>.GetGenericInstantiation(object? genericType, ImmutableArray<object?> typeArguments) => null;

    object? IConstructedTypeProvider<object?>.GetPointerType(object? elementType) => null;

    object? ISignatureTypeProvider<object?, object?>.GetFunctionPointerType(MethodSignature<object?> signature) => null;

    object? ISignatureTypeProvider<object?, object?>.GetGenericMethodParameter(object? genericContext, int index) => null;

    object? ISignatureTypeProvider<object?, object?>.GetGenericTypeParameter(object? genericContext, int index) => null;

    object? ISignatureTypeProvider<object?, object?>.GetModifiedType(object? modifier, object? unmodifiedType, bool isRequired) => null;

    object? ISignatureTypeProvider<object?, object?>.GetPinnedType(object? elementType) => null;
}
