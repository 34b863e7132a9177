using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Inference.Architecture.Tests.Rooms;

/// <summary>The types of an assembly and the folders that they were written in, by its symbols.</summary>
internal static class WrittenTypes
{
    // The documents of a type without code (Portable PDB format, TypeDefinitionDocuments).
    private static readonly Guid s_documents = new("932E74BC-DBA9-4478-8D46-0F32A7BAB3D3");

    /// <summary>Reads an assembly and the symbols beside it.</summary>
    /// <param name="path">The assembly's file.</param>
    /// <returns>Its outermost types, less those that generators wrote.</returns>
    /// <exception cref="InvalidOperationException">A type's parts lie in several folders.</exception>
    public static IReadOnlyList<WrittenType> Of(string path)
    {
        using var file = new PEReader(File.OpenRead(path));
        using MetadataReaderProvider symbols = MetadataReaderProvider.FromPortablePdbStream(File.OpenRead(Path.ChangeExtension(path, ".pdb")));
        MetadataReader metadata = file.GetMetadataReader(), debug = symbols.GetMetadataReader();
        string assembly = metadata.GetString(metadata.GetAssemblyDefinition().Name);
        var types = new List<WrittenType>();
        foreach (TypeDefinitionHandle handle in metadata.TypeDefinitions)
        {
            TypeDefinition type = metadata.GetTypeDefinition(handle);
            if (type.IsNested)
            {
                continue;
            }

            Room[] rooms = [.. Documents(metadata, debug, handle).Select(document => RoomOf(assembly, document)).OfType<Room>().Distinct()];
            var name = new TypeName(assembly, metadata.GetString(type.Namespace), metadata.GetString(type.Name));
            if (rooms.Length > 1)
            {
                throw new InvalidOperationException($"{name} is written in several folders: {string.Join(", ", rooms)}.");
            }

            if (rooms.Length == 1)
            {
                types.Add(new WrittenType(name, rooms[0], (type.Attributes & TypeAttributes.VisibilityMask) == TypeAttributes.Public));
            }
        }

        return types;
    }

    private static IEnumerable<string> Documents(MetadataReader metadata, MetadataReader debug, TypeDefinitionHandle handle)
    {
        foreach (CustomDebugInformationHandle information in debug.GetCustomDebugInformation(handle))
        {
            CustomDebugInformation content = debug.GetCustomDebugInformation(information);
            if (debug.GetGuid(content.Kind) == s_documents)
            {
                BlobReader rows = debug.GetBlobReader(content.Value);
                while (rows.RemainingBytes > 0)
                {
                    yield return Name(debug, MetadataTokens.DocumentHandle(rows.ReadCompressedInteger()));
                }
            }
        }

        foreach (MethodDefinitionHandle method in metadata.GetTypeDefinition(handle).GetMethods())
        {
            DocumentHandle document = debug.GetMethodDebugInformation(method).Document;
            if (!document.IsNil)
            {
                yield return Name(debug, document);
            }
        }

        foreach (TypeDefinitionHandle nested in metadata.GetTypeDefinition(handle).GetNestedTypes())
        {
            foreach (string document in Documents(metadata, debug, nested))
            {
                yield return document;
            }
        }
    }

    private static string Name(MetadataReader debug, DocumentHandle document) => debug.GetString(debug.GetDocument(document).Name).Replace('\\', '/');

    // Files of a generator lie in obj/ or have no folder at all.
    private static Room? RoomOf(string assembly, string document)
    {
        string project = $"/src/{assembly}/";
        int start = document.LastIndexOf(project, StringComparison.Ordinal);
        if (start < 0 || document.Contains("/obj/", StringComparison.Ordinal))
        {
            return null;
        }

        string below = document[(start + project.Length)..];
        int end = below.LastIndexOf('/');
        return new Room(assembly, end < 0 ? "" : below[..end].Replace('/', '.'));
    }
}
