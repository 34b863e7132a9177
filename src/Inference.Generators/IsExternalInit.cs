// What newer frameworks have and this one, which compilers ask for, has not.
namespace System.Runtime.CompilerServices
{
    /// <summary>Lets records have init members.</summary>
    internal static class IsExternalInit;
}
