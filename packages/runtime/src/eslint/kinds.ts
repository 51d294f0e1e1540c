/**
 * What an expression is, as far as the text says so for certain: a function or class of the package, or an object of one of
 * its classes. It looks at imports, at what a variable is initialised with, and at type annotations; a variable that gets a
 * second value counts only by its annotation. Where nothing is certain there is no answer, and no rule complains.
 */
import type { Scope, SourceCode } from 'eslint';
import { callResults, type Kind, methods, properties } from './surface.ts';
import { definitionOf, functionOf, isFunction, isGenerator, keyOf, type Node, unwrap, variableOf } from './syntax.ts';

const packageName = 'goroutines';

export class Kinds {
  readonly #source: SourceCode;
  /** What is being looked at. */
  readonly #open = new Set<Node>();

  constructor(source: SourceCode) {
    this.#source = source;
  }

  /** Whether the file has anything to do with the package. */
  get isConcerned(): boolean {
    return this.#source.text.includes(packageName);
  }

  /** The name of the package's export that an expression is, such as `go` or `go.with`; '*' for all of them. */
  exported(expression: Node): string | undefined {
    const node = unwrap(expression);
    if (node.type === 'MemberExpression') {
      const owner = this.exported(node.object);
      const key = keyOf(node);
      if (owner === undefined || key === undefined) return undefined;
      return owner === '*' ? key : `${owner}.${key}`;
    }
    if (isPackage(node)) return '*';
    if (node.type !== 'Identifier') return undefined;
    const definition = definitionOf(variableOf(this.#source, node));
    if (definition?.type === 'ImportBinding') return imported(definition);
    if (definition?.type !== 'Variable') return undefined;
    const { id, init } = definition.node as unknown as Node;
    if (!init || !isPackage(unwrap(init))) return undefined;
    return id.type === 'Identifier' ? '*' : patternKey(id, node.name);
  }

  /** What the value of an expression is. */
  kindOf(expression: Node): Kind | undefined {
    const node = unwrap(expression);
    switch (node.type) {
      case 'NewExpression': {
        const name = this.exported(node.callee);
        return name !== undefined && Object.hasOwn(methods, name) ? name : undefined;
      }
      case 'CallExpression':
        return this.#resultOf(node);
      case 'ConditionalExpression': {
        const kind = this.kindOf(node.consequent);
        return kind === this.kindOf(node.alternate) ? kind : undefined;
      }
      default:
        return this.#kindOfType(this.typeOf(node)) ?? this.#kindOfProperty(node) ?? this.#kindByValue(node);
    }
  }

  #kindOfProperty(node: Node): Kind | undefined {
    const key = node.type === 'MemberExpression' ? keyOf(node) : undefined;
    const kind = key === undefined ? undefined : this.kindOf(node.object);
    return kind === undefined ? undefined : own(own(properties, kind) ?? {}, key!);
  }

  #resultOf(call: Node): Kind | undefined {
    const callee = unwrap(call.callee);
    const name = this.exported(callee);
    if (name !== undefined) return own(callResults, name);
    const fn = functionOf(this.#source, callee);
    if (fn) return isGenerator(fn) ? 'Generator' : this.#kindOfType(fn.returnType?.typeAnnotation);
    if (callee.type !== 'MemberExpression') return undefined;
    const key = keyOf(callee);
    if (key === undefined) return undefined;
    const kind = this.kindOf(callee.object);
    if (kind !== undefined) return own(own(methods, kind) ?? {}, key);
    const method = this.#classMember(callee)?.value;
    return method && isFunction(method) && isGenerator(method) ? 'Generator' : undefined;
  }

  #kindByValue(node: Node): Kind | undefined {
    const value = this.valueOf(node);
    return value && this.guarded(value, () => this.kindOf(value));
  }

  /** Looks at a node, but not while it is being looked at: declarations may be made of each other. */
  guarded<T>(node: Node, look: () => T): T | undefined {
    if (this.#open.has(node)) return undefined;
    this.#open.add(node);
    try {
      return look();
    } finally {
      this.#open.delete(node);
    }
  }

  /** The expression that a variable, a field or an object's property gets its only value from. */
  valueOf(expression: Node): Node | undefined {
    const node = unwrap(expression);
    if (node.type === 'Identifier') {
      const definition = definitionOf(variableOf(this.#source, node));
      const { id, init } = (definition?.type === 'Variable' ? definition.node : {}) as Partial<Node>;
      if (!init || init.type === undefined) return undefined;
      if (id.type === 'Identifier') return init;
      const key = patternKey(id, node.name);
      return key === undefined ? undefined : this.#property(init, key);
    }
    if (node.type !== 'MemberExpression') return undefined;
    const key = keyOf(node);
    if (key === undefined) return undefined;
    const member = this.#classMember(node);
    if (member) return member.type === 'PropertyDefinition' && member.readonly ? member.value : undefined;
    return this.#property(node.object, key);
  }

  /** The value of a property, of an object that is written out where a constant is declared. */
  #property(object: Node, key: string): Node | undefined {
    const holder = unwrap(object);
    const literal = holder.type === 'ObjectExpression' ? holder : this.guarded(holder, () => this.valueOf(holder));
    const node = literal && unwrap(literal);
    if (node?.type !== 'ObjectExpression') return undefined;
    const property = node.properties.find((each: Node) => each.type === 'Property' && keyOf(each) === key);
    return property?.kind === 'init' ? property.value : undefined;
  }

  /** The class's own member behind `this.name` or `this.#name`. */
  #classMember(node: Node): Node | undefined {
    if (node.object.type !== 'ThisExpression') return undefined;
    const name = keyOf(node) ?? (node.property.type === 'PrivateIdentifier' ? `#${node.property.name}` : undefined);
    return name === undefined ? undefined : this.#memberAround(node, name);
  }

  /** The method behind `this.name`, or behind `object.name` for an instance of a class in this file. */
  methodOf(node: Node): Node | undefined {
    const member = this.#classMember(node) ?? this.#instanceMember(node);
    return member?.type === 'MethodDefinition' ? member.value : undefined;
  }

  #instanceMember(node: Node): Node | undefined {
    const object = unwrap(node.object);
    const value = object.type === 'NewExpression' ? object : this.valueOf(object);
    const made = value && unwrap(value);
    const callee = made?.type === 'NewExpression' && made.callee.type === 'Identifier' ? made.callee : undefined;
    const definition = callee && definitionOf(variableOf(this.#source, callee));
    const members: Node[] = definition?.type === 'ClassName' ? (definition.node as unknown as Node).body.body : [];
    return members.find((member) => member.key && !member.static && keyOf(member) === keyOf(node));
  }

  /** A member of the class whose `this` is meant at a node: a field, a method, or a constructor's parameter. */
  #memberAround(node: Node, name: string): Node | undefined {
    let at = node.parent;
    for (let from = node; at && at.type !== 'ClassBody'; from = at, at = at.parent) {
      if (isFunction(at) && at.type !== 'ArrowFunctionExpression' && at.parent.type !== 'MethodDefinition') return undefined;
      if (at.type === 'PropertyDefinition' && from === at.key) return undefined;
    }
    if (!at) return undefined;
    for (const member of at.body as Node[]) {
      if (member.key?.type === 'PrivateIdentifier' ? `#${member.key.name}` === name : member.key && keyOf(member) === name)
        return member;
      if (member.kind !== 'constructor') continue;
      const parameter = member.value.params.find(
        (each: Node) => parameterName(each) === name && each.type === 'TSParameterProperty',
      );
      if (parameter) return unwrapParameter(parameter);
    }
    return undefined;
  }

  /** Whether the value is certainly an array. */
  isArray(expression: Node): boolean {
    const node = unwrap(expression);
    const type = this.typeOf(node);
    if (type) return elementType(type) !== undefined;
    return node.type === 'ArrayExpression' || (this.valueOf(node) && unwrap(this.valueOf(node)!))?.type === 'ArrayExpression';
  }

  /** The type that is written down for an expression. */
  typeOf(expression: Node): Node | undefined {
    const node = unwrap(expression);
    if (node.type === 'Identifier') {
      const variable = variableOf(this.#source, node);
      const name = variable?.defs.length === 1 ? (variable.defs[0]!.name as unknown as Node) : undefined;
      return name && this.#annotation(name);
    }
    if (node.type !== 'MemberExpression') return undefined;
    const member = node.object.type === 'ThisExpression' ? this.#classMember(node) : undefined;
    if (member) return member.typeAnnotation?.typeAnnotation;
    const type = this.typeOf(node.object);
    if (!type) return undefined;
    const key = keyOf(node);
    if (node.computed && (key === undefined || /^\d+$/.test(key))) return elementType(type);
    return key === undefined ? undefined : this.#memberType(type, key);
  }

  /** A name's own annotation, or its part of the annotation of the pattern that it stands in. */
  #annotation(name: Node): Node | undefined {
    if (name.typeAnnotation) return name.typeAnnotation.typeAnnotation;
    const { parent } = name;
    if (parent.type === 'AssignmentPattern' && parent.left === name && parent.parent.type !== 'Property') return undefined;
    const property = parent.type === 'AssignmentPattern' ? parent.parent : parent;
    if (property.type !== 'Property' || property.parent.type !== 'ObjectPattern') return undefined;
    const whole = this.#annotation(property.parent);
    const key = keyOf(property);
    return whole && key !== undefined ? this.#memberType(whole, key) : undefined;
  }

  #memberType(type: Node, key: string): Node | undefined {
    const list = this.#membersOf(type);
    const member = list?.find((each) => each.type === 'TSPropertySignature' && keyOf(each) === key);
    return member?.typeAnnotation?.typeAnnotation;
  }

  #membersOf(type: Node): Node[] | undefined {
    if (type.type === 'TSTypeLiteral') return type.members;
    if (type.type !== 'TSTypeReference' || type.typeName.type !== 'Identifier') return undefined;
    const definer = variableOf(this.#source, type.typeName)?.defs[0]?.node as Node | undefined;
    if (definer?.type === 'TSInterfaceDeclaration') return definer.body.body;
    return definer?.type === 'TSTypeAliasDeclaration' && definer.typeAnnotation.type === 'TSTypeLiteral'
      ? definer.typeAnnotation.members
      : undefined;
  }

  /** The class of the package that a type names. `Chan<T> | undefined` is one, too. */
  #kindOfType(type: Node | undefined): Kind | undefined {
    if (type?.type === 'TSUnionType') {
      const parts = type.types.filter((each: Node) => each.type !== 'TSUndefinedKeyword' && each.type !== 'TSNullKeyword');
      return parts.length === 1 ? this.#kindOfType(parts[0]) : undefined;
    }
    if (type?.type !== 'TSTypeReference') return undefined;
    const { typeName } = type;
    const name = this.exported(typeName.type === 'TSQualifiedName' ? asMember(typeName) : typeName);
    return name !== undefined && Object.hasOwn(methods, name) ? name : undefined;
  }
}

function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

/** `require('goroutines')`, `await import('goroutines')`. */
function isPackage(node: Node): boolean {
  if (node.type === 'AwaitExpression')
    return node.argument.type === 'ImportExpression' && node.argument.source.value === packageName;
  return node.type === 'CallExpression' && node.callee.name === 'require' && node.arguments[0]?.value === packageName;
}

function imported(definition: Scope.Definition): string | undefined {
  const specifier = definition.node as unknown as Node;
  if ((definition.parent as Node | null)?.source?.value !== packageName) return undefined;
  if (specifier.type === 'ImportNamespaceSpecifier') return '*';
  return specifier.type === 'ImportSpecifier' ? (specifier.imported.name ?? specifier.imported.value) : undefined;
}

/** The property that `{ key: name }` or `{ key: name = value }` takes. */
function patternKey(pattern: Node, name: string): string | undefined {
  if (pattern.type !== 'ObjectPattern') return undefined;
  const property = pattern.properties.find((each: Node) => each.type === 'Property' && each.value.name === name);
  return property && keyOf(property);
}

function elementType(type: Node): Node | undefined {
  if (type.type === 'TSArrayType') return type.elementType;
  if (type.type === 'TSTypeOperator') return elementType(type.typeAnnotation);
  const isArray = type.type === 'TSTypeReference' && /^(Readonly)?Array$/.test(type.typeName.name ?? '');
  return isArray ? type.typeArguments?.params[0] : undefined;
}

const unwrapParameter = ({ parameter }: Node): Node => (parameter.type === 'AssignmentPattern' ? parameter.left : parameter);
const parameterName = (node: Node): string | undefined =>
  node.type === 'TSParameterProperty' ? unwrapParameter(node).name : undefined;

const asMember = ({ left, right }: Node): Node =>
  ({ type: 'MemberExpression', object: left, property: right, computed: false }) as unknown as Node;
