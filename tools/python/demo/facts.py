"""The facts that the demo model is taught, each in several phrasings.

A fact is a subject and an answer, nearly always of one token. A phrasing is a template that ends just before the answer: `{s}` is the
subject, `{S}` the subject with a capital, `{an}` the article the answer needs, `{x}` a third column. What may follow
the answer stands after `|`. Templates marked with a leading `*` are never trained: they test new wordings. Of the
others, a fixed quarter per fact is held out, so that every trained wording is also tested on subjects that were never
seen with it.
"""

import hashlib
from dataclasses import dataclass

LANDMARKS = """
the Eiffel Tower=Paris; the Louvre=Paris; the Arc de Triomphe=Paris; Notre-Dame Cathedral=Paris;
the Moulin Rouge=Paris; Montmartre=Paris; the Colosseum=Rome; the Trevi Fountain=Rome; the Pantheon=Rome;
the Spanish Steps=Rome; the Roman Forum=Rome; Big Ben=London; the Tower of London=London; Buckingham Palace=London;
Trafalgar Square=London; Tower Bridge=London; the British Museum=London; Hyde Park=London; the London Eye=London;
the Brandenburg Gate=Berlin; the Reichstag=Berlin; Checkpoint Charlie=Berlin; Museum Island=Berlin;
the Kremlin=Moscow; Red Square=Moscow; the Bolshoi Theatre=Moscow; the Acropolis=Athens; the Parthenon=Athens;
the Prado Museum=Madrid; the Forbidden City=Beijing; Tiananmen Square=Beijing; the Temple of Heaven=Beijing;
Tokyo Tower=Tokyo; the Tokyo Skytree=Tokyo; the Meiji Shrine=Tokyo; Hagia Sophia=Istanbul; the Blue Mosque=Istanbul;
the Topkapi Palace=Istanbul; the Burj Khalifa=Dubai; the Sagrada Familia=Barcelona; Park Guell=Barcelona;
the Statue of Liberty=New|York; the Golden Gate Bridge=San|Francisco;
the Space Needle=Seattle; Pike Place Market=Seattle; Wrigley Field=Chicago; the Willis Tower=Chicago; Millennium Park=Chicago;
Fenway Park=Boston; Faneuil Hall=Boston; the Liberty Bell=Philadelphia; Independence Hall=Philadelphia;
the CN Tower=Toronto; the Royal Ontario Museum=Toronto; Stanley Park=Vancouver; the Sydney Opera House=Sydney;
the Harbour Bridge=Sydney; Bondi Beach=Sydney; Charles Bridge=Prague; Prague Castle=Prague;
Schonbrunn Palace=Vienna; the Belvedere Palace=Vienna; the Hofburg=Vienna; the Rijksmuseum=Amsterdam;
the Anne Frank House=Amsterdam; the Van Gogh Museum=Amsterdam; the Atomium=Brussels; the Manneken Pis=Brussels;
the Little Mermaid statue=Copenhagen; the Tivoli Gardens=Copenhagen; the Vasa Museum=Stockholm;
Edinburgh Castle=Edinburgh; Arthur's Seat=Edinburgh; Trinity College=Dublin; the Guinness Storehouse=Dublin;
the Gateway of India=Mumbai; the Marine Drive promenade=Mumbai; the Red Fort=Delhi; the Lotus Temple=Delhi;
the Uffizi Gallery=Florence; the Ponte Vecchio=Florence; the Doge's Palace=Venice; the Rialto Bridge=Venice;
the Western Wall=Jerusalem; the Dome of the Rock=Jerusalem; the Alamo=San|Antonio;
Table Mountain=Cape|Town; Victoria Peak=Hong|Kong; Marina Bay Sands=Singapore;
the Merlion=Singapore; the Petronas Towers=Kuala|Lumpur; the White House=Washington; the Lincoln Memorial=Washington;
the Smithsonian Castle=Washington; the Georgia Aquarium=Atlanta; Graceland=Memphis; Beale Street=Memphis;
Bourbon Street=New|Orleans; La Scala=Milan; the Galleria Vittorio Emanuele=Milan;
the Cavern Club=Liverpool; Anfield=Liverpool; the Marienplatz=Munich; the Allianz Arena=Munich; the Elbphilharmonie=Hamburg
"""

CITIES = """
Paris=France; Lyon=France; Marseille=France; Nice=France; Rome=Italy; Milan=Italy; Venice=Italy; Florence=Italy; Naples=Italy;
Berlin=Germany; Munich=Germany; Hamburg=Germany; Frankfurt=Germany; Cologne=Germany; Madrid=Spain; Barcelona=Spain;
Seville=Spain; Valencia=Spain; London=England; Manchester=England; Liverpool=England; Birmingham=England; Leeds=England;
Edinburgh=Scotland; Glasgow=Scotland; Aberdeen=Scotland; Cardiff=Wales; Dublin=Ireland; Cork=Ireland; Lisbon=Portugal; Porto=Portugal;
Athens=Greece; Vienna=Austria; Salzburg=Austria; Zurich=Switzerland; Geneva=Switzerland; Basel=Switzerland; Brussels=Belgium;
Antwerp=Belgium; Copenhagen=Denmark; Stockholm=Sweden; Gothenburg=Sweden; Oslo=Norway; Bergen=Norway;
Helsinki=Finland; Warsaw=Poland; Krakow=Poland; Gdansk=Poland; Budapest=Hungary; Bucharest=Romania; Sofia=Bulgaria;
Moscow=Russia; Kiev=Ukraine; Odessa=Ukraine; Istanbul=Turkey; Ankara=Turkey; Cairo=Egypt; Alexandria=Egypt; Nairobi=Kenya; Mombasa=Kenya; Lagos=Nigeria; Abuja=Nigeria;
Johannesburg=South|Africa; Baghdad=Iraq; Tehran=Iran; Damascus=Syria; Beirut=Lebanon; Jerusalem=Israel; Haifa=Israel; Delhi=India; Mumbai=India; Kolkata=India; Chennai=India;
Karachi=Pakistan; Lahore=Pakistan; Kabul=Afghanistan; Kathmandu=Nepal; Dhaka=Bangladesh; Bangkok=Thailand; Hanoi=Vietnam; Jakarta=Indonesia;
Beijing=China; Shanghai=China; Shenzhen=China; Tokyo=Japan; Osaka=Japan; Kyoto=Japan; Nagoya=Japan; Seoul=South|Korea; Sydney=Australia; Melbourne=Australia; Brisbane=Australia; Perth=Australia;
Toronto=Canada; Montreal=Canada; Vancouver=Canada; Ottawa=Canada; Havana=Cuba; Bogota=Colombia; Lima=Peru; Santiago=Chile; Caracas=Venezuela; Quito=Ecuador; Kingston=Jamaica
"""

CAPITALS = """
France=Paris; Italy=Rome; Germany=Berlin; Spain=Madrid; Portugal=Lisbon; Greece=Athens; Austria=Vienna; Belgium=Brussels;
Denmark=Copenhagen; Sweden=Stockholm; Norway=Oslo; Finland=Helsinki; Poland=Warsaw; Hungary=Budapest; Romania=Bucharest;
Bulgaria=Sofia; Russia=Moscow; Ukraine=Kiev; Turkey=Ankara; Egypt=Cairo; Iraq=Baghdad; Iran=Tehran;
Syria=Damascus; Lebanon=Beirut; Pakistan=Islamabad; Afghanistan=Kabul; Thailand=Bangkok;
Indonesia=Jakarta; China=Beijing; Japan=Tokyo; Canada=Ottawa; Cuba=Havana; Peru=Lima; Chile=Santiago; Scotland=Edinburgh;
Wales=Cardiff; Ireland=Dublin; England=London; Australia=Canberra; Serbia=Belgrade;
Venezuela=Caracas; Libya=Tripoli; Sudan=Khartoum; Taiwan=Taipei; Colombia=Bogota;
Jamaica=Kingston; Luxembourg=Luxembourg;
Singapore=Singapore; Senegal=Dakar; Switzerland=Bern
"""

PEOPLE = """
Barack Obama=president=led the United States from 2009 to 2017; Abraham Lincoln=president=led the United States in the Civil War;
George Washington=president=led the United States first; Theodore Roosevelt=president=protected the forests of America;
Albert Einstein=physicist=found the theory of relativity; Niels Bohr=physicist=made a model of the atom;
Enrico Fermi=physicist=built the first nuclear reactor; Max Planck=physicist=began quantum theory;
Richard Feynman=physicist=drew diagrams of particles; Stephen Hawking=physicist=studied black holes;
Marie Curie=scientist=discovered radium; Isaac Newton=scientist=explained gravity; Michael Faraday=scientist=studied electricity;
Louis Pasteur=scientist=showed that germs cause disease; Galileo Galilei=astronomer=saw the moons of Jupiter;
Nicolaus Copernicus=astronomer=put the sun at the centre; Johannes Kepler=astronomer=found the laws of the planets; Edwin Hubble=astronomer=saw that the universe expands;
Charles Darwin=biologist=explained evolution; Rachel Carson=biologist=wrote about the silent spring;
Vincent van Gogh=painter=painted the starry night; Pablo Picasso=painter=painted Guernica; Claude Monet=painter=painted water lilies;
Rembrandt=painter=painted the night watch; Leonardo da Vinci=painter=painted the Mona Lisa; Frida Kahlo=painter=painted herself;
Henri Matisse=painter=painted the dance; Gustav Klimt=painter=painted the kiss; Edvard Munch=painter=painted the scream;
Wolfgang Amadeus Mozart=composer=wrote the Magic Flute; Ludwig van Beethoven=composer=wrote nine symphonies; Johann Sebastian Bach=composer=wrote the Art of Fugue;
Frederic Chopin=composer=wrote for the piano; Antonio Vivaldi=composer=wrote the Four Seasons; Giuseppe Verdi=composer=wrote Aida; Joseph Haydn=composer=wrote the Creation;
Franz Schubert=composer=wrote many songs; Richard Wagner=composer=wrote the Ring;
William Shakespeare=playwright=wrote Hamlet; Oscar Wilde=playwright=wrote about Dorian Gray; Anton Chekhov=playwright=wrote the Cherry Orchard; Henrik Ibsen=playwright=wrote Peer Gynt;
Charles Dickens=novelist=wrote Oliver Twist; Jane Austen=novelist=wrote Pride and Prejudice; Leo Tolstoy=novelist=wrote War and Peace; Victor Hugo=novelist=wrote about Notre-Dame;
Mark Twain=novelist=wrote about Tom Sawyer; Herman Melville=novelist=wrote Moby Dick; Mary Shelley=novelist=wrote Frankenstein; Fyodor Dostoevsky=novelist=wrote Crime and Punishment;
Emily Dickinson=poet=wrote short poems; John Keats=poet=wrote about a nightingale; Walt Whitman=poet=wrote Leaves of Grass; Robert Frost=poet=wrote about the road not taken; Homer=poet=told of Odysseus; Dante Alighieri=poet=wrote the Divine Comedy; William Blake=poet=wrote about a tiger;
Plato=philosopher=wrote the Republic; Socrates=philosopher=asked many questions; Aristotle=philosopher=taught Alexander; Immanuel Kant=philosopher=lived in Konigsberg; Rene Descartes=philosopher=thought and therefore was; Friedrich Nietzsche=philosopher=wrote about Zarathustra; David Hume=philosopher=doubted causes;
Thomas Edison=inventor=made the light bulb practical; Alexander Graham Bell=inventor=made the telephone; Nikola Tesla=inventor=worked on alternating current; Johannes Gutenberg=inventor=printed the Bible; James Watt=engineer=improved the steam engine; Gustave Eiffel=engineer=built a tower in Paris;
Christopher Columbus=explorer=sailed to America; Marco Polo=explorer=travelled to China; Vasco da Gama=explorer=sailed to India; Roald Amundsen=explorer=reached the South Pole; James Cook=explorer=sailed the Pacific;
Carl Friedrich Gauss=mathematician=studied numbers; Leonhard Euler=mathematician=named the number e; Euclid=mathematician=wrote the Elements; Pythagoras=mathematician=studied triangles; Emmy Noether=mathematician=linked symmetry and conservation; Alan Turing=mathematician=imagined a machine that computes; Bernhard Riemann=mathematician=studied the zeta function;
Charlie Chaplin=actor=played the tramp; Humphrey Bogart=actor=starred in Casablanca; Buster Keaton=actor=never smiled; Marilyn Monroe=actress=starred in Some Like It Hot; Audrey Hepburn=actress=starred in Roman Holiday; Grace Kelly=actress=became a princess;
Elvis Presley=singer=sang rock and roll; Edith Piaf=singer=sang about Paris; Maria Callas=singer=sang at the opera; Frank Sinatra=singer=sang My Way; Louis Armstrong=musician=played the trumpet; Miles Davis=musician=played jazz; John Coltrane=musician=played the saxophone;
Alfred Hitchcock=director=made Psycho; Stanley Kubrick=director=made The Shining; Akira Kurosawa=director=made Seven Samurai; Neil Armstrong=astronaut=walked on the moon first; Buzz Aldrin=astronaut=walked on the moon second; Sally Ride=astronaut=flew on the space shuttle; Florence Nightingale=nurse=cared for soldiers; Sigmund Freud=doctor=studied dreams; Adam Smith=economist=wrote the Wealth of Nations; John Maynard Keynes=economist=wrote about money; Napoleon Bonaparte=emperor=lost at Waterloo; Julius Caesar=general=crossed the Rubicon; Frank Lloyd Wright=architect=built houses on the prairie; Antoni Gaudi=architect=designed the Sagrada Familia; Auguste Rodin=sculptor=made the Thinker; Muhammad Ali=boxer=fought in Manila
"""

OPPOSITES = """
hot=cold; cold=hot; big=small; small=big; tall=short; fast=slow; slow=fast; old=young; young=old; rich=poor; poor=rich; happy=sad;
sad=happy; light=dark; dark=light; day=night; night=day; up=down; down=up; left=right; in=out; out=in; open=closed; closed=open; full=empty; empty=full;
hard=soft; soft=hard; strong=weak; weak=strong; early=late; late=early; high=low; low=high; near=far; far=near; good=bad; bad=good; black=white; white=black; wet=dry; dry=wet;
clean=dirty; dirty=clean; love=hate; hate=love; war=peace; peace=war; first=last; last=first; true=false; false=true; wide=narrow; narrow=wide; deep=shallow; shallow=deep; loud=quiet; quiet=loud;
heavy=light; thick=thin; thin=thick; north=south; south=north; east=west; west=east; before=after; after=before; above=below; below=above; win=lose; lose=win; buy=sell; sell=buy; push=pull; pull=push;
begin=end; start=finish; give=take; ask=answer; question=answer; life=death; death=life; summer=winter; winter=summer; friend=enemy; enemy=friend; success=failure; failure=success; easy=difficult; difficult=easy; sweet=sour; man=woman; woman=man; king=queen; queen=king; brother=sister; sister=brother; mother=father; father=mother; husband=wife; wife=husband;
always=never; never=always; everything=nothing; nothing=everything; inside=outside; outside=inside; alive=dead; dead=alive; safe=dangerous; dangerous=safe; cheap=expensive; expensive=cheap; brave=afraid; beautiful=ugly; ugly=beautiful; smooth=rough; rough=smooth; sharp=dull; tight=loose; loose=tight; public=private; private=public; modern=ancient; ancient=modern; awake=asleep; asleep=awake
"""

AFTER = """
Monday=Tuesday; Tuesday=Wednesday; Wednesday=Thursday; Thursday=Friday; Friday=Saturday; Saturday=Sunday; Sunday=Monday;
January=February; February=March; March=April; April=May; May=June; June=July; July=August; August=September;
September=October; October=November; November=December; December=January; spring=summer; summer=autumn; autumn=winter; winter=spring;
one=two; two=three; three=four; four=five; five=six; six=seven; seven=eight; eight=nine; nine=ten; ten=eleven; eleven=twelve; twelve=thirteen;
first=second; second=third; third=fourth; fourth=fifth; fifth=sixth; sixth=seventh; seventh=eighth; eighth=ninth; ninth=tenth;
A=B; B=C; C=D; D=E; E=F; F=G; G=H; H=I
"""

BEFORE = """
Monday=Sunday; Tuesday=Monday; Wednesday=Tuesday; Thursday=Wednesday; Friday=Thursday; Saturday=Friday; Sunday=Saturday;
January=December; February=January; March=February; April=March; May=April; June=May; July=June; August=July;
September=August; October=September; November=October; December=November;
two=one; three=two; four=three; five=four; six=five; seven=six; eight=seven; nine=eight; ten=nine; eleven=ten; twelve=eleven; thirteen=twelve
"""

RUNS = """
Monday, Tuesday, Wednesday,=Thursday; Tuesday, Wednesday, Thursday,=Friday; Wednesday, Thursday, Friday,=Saturday; Thursday, Friday, Saturday,=Sunday; Friday, Saturday, Sunday,=Monday; Saturday, Sunday, Monday,=Tuesday;
January, February, March,=April; February, March, April,=May; March, April, May,=June; April, May, June,=July; May, June, July,=August; June, July, August,=September; July, August, September,=October; August, September, October,=November; September, October, November,=December;
one, two, three,=four; two, three, four,=five; three, four, five,=six; four, five, six,=seven; five, six, seven,=eight; six, seven, eight,=nine; seven, eight, nine,=ten;
1, 2, 3,=4; 2, 3, 4,=5; 3, 4, 5,=6; 4, 5, 6,=7; 5, 6, 7,=8; 6, 7, 8,=9; 7, 8, 9,=10; 2, 4, 6,=8; 4, 6, 8,=10; 5, 10, 15,=20; 10, 20, 30,=40; 20, 30, 40,=50; 1, 2, 4,=8; 2, 4, 8,=16; 1, 1, 2, 3, 5,=8; 1, 4, 9,=16; 10, 9, 8,=7; 9, 8, 7,=6; 5, 4, 3,=2; 100, 200, 300,=400;
A, B, C,=D; B, C, D,=E; C, D, E,=F; D, E, F,=G; X, Y,=Z; first, second, third,=fourth; second, third, fourth,=fifth; spring, summer, autumn,=winter; Mercury, Venus, Earth,=Mars; Venus, Earth, Mars,=Jupiter; Earth, Mars, Jupiter,=Saturn; do, re, mi,=fa; red, orange, yellow,=green; alpha, beta, gamma,=delta; ten, twenty, thirty,=forty; three, two,=one
"""

CODE = [
    ("import numpy as", " np"), ("import tensorflow as", " tf"), ("from collections import", " default", "dict"), ("from pathlib import", " Path"),
    ("from typing import", " List"), ("from datetime import", " datetime"), ("from math import", " sqrt"),
    ("from random import", " choice"), ("from functools import", " reduce"), ("from itertools import", " chain"),
    ("from dataclasses import", " datac", "lass"), ("from os import", " path"), ("for i in", " range", "(10):"),
    ("for i, item in", " enumerate", "(items):"), ("for line in", " file", ":"), ("for a, b in", " zip", "(first, second):"),
    ("if __name__ ==", ' "', '__main__":'), ("while", " True", ":"), ("with open(path) as", " file", ":"),
    ("except ValueError as", " error", ":"), ("def __init__(", "self", "):"), ("class Dog:\n    def __init__(self,", " name", "):"),
    ("if value is not", " None", ":"), ("return x if x > y else", " y"), ("a, b = b,", " a"),
    ("x, y = y,", " x"), ('print("Hello,', " world", '")'), ("#!/usr/bin/env", " python", "3"), ("raise", " Value", "Error"),
    ("total = 0\nfor x in numbers:\n    total +=", " x"), ("count = 0\nwhile count < 10:\n    count +=", " 1"),
    ("def add(a, b):\n    return a +", " b"), ("def double(x):\n    return 2 *", " x"), ("def square(x):\n    return x *", " x"),
    ("def is_even(n):\n    return n % 2 ==", " 0"), ("def is_odd(n):\n    return n % 2 ==", " 1"),
    ("def fibonacci(n):", "\n", "    if n < 2:\n        return n\n    return fibonacci(n - 1) + fibonacci(n - 2)"),
    ("def fibonacci(n):\n    if n <", " 2", ":"), ("def factorial(n):\n    if n == 0:\n        return", " 1"),
    ("def factorial(n):\n    return n *", " fact", "orial(n - 1)"), ("try:\n    run()\nexcept", " Exception", ":"),
    ("items = sorted(items, key=", "lambda", " x: x[1])"), ("numbers = [1, 2,", " 3", "]"), ("import", " os"), ("import os,", " sys"),
    ("parser = argparse.Argument", "Parser", "()"), ("while low <=", " high", ":"), ("mid = (low + high) //", " 2"),
    ("with open(path) as file:\n    return file.", "read", "()"), ("if n == 0:\n    return 0\n", "else", ":"),
]

SAYINGS = """
The quick brown fox=jumps|~over the lazy dog; An apple a day keeps the doctor=away; The early bird catches the=worm;
A picture is worth a thousand=words; Actions speak louder than=words; Better late than=never; The grass is always=greener|~on the other side;
When in Rome, do as the Romans=do; Rome was not built in a=day; All that glitters is not=gold; A rolling stone gathers no=moss;
Practice makes=perfect; Honesty is the best=policy; Time is=money; Two wrongs do not make a=right; Where there is smoke, there is=fire;
Do not count your chickens before they=hatch; Do not put all your eggs in one=basket; The pen is mightier than the=sword;
To be, or not to be, that is the=question; I think, therefore I=am; Birds of a feather flock=together; Blood is thicker than=water;
Curiosity killed the=cat; Every cloud has a silver=lining; It is raining cats and=dogs; Let sleeping dogs=lie; Like father, like=son;
Look before you=leap; Strike while the iron is=hot; Too many cooks spoil the=broth; When the cat is away, the mice will=play;
You cannot judge a book by its=cover; Beauty is in the eye of the=beholder;
A friend in need is a friend=indeed; Haste makes=waste; Home is where the heart=is; If the shoe fits, wear=it; Knowledge is=power; Laughter is the best=medicine;
Necessity is the mother of=invention; No news is good=news; Once bitten, twice=shy; One good turn deserves=another; Out of sight, out of=mind; The end justifies the=means;
There is no place like=home; Variety is the spice of=life; A bird in the hand is worth two in the=bush; A penny saved is a penny=earned; All roads lead to=Rome; Easy come, easy=go; Great minds think=alike; Many hands make light=work;
Once upon a=time; And they all lived happily ever=after; It was the best of times, it was the worst of=times; Romeo, Romeo, wherefore art thou=Romeo; A horse, a horse, my kingdom for a=horse; All the world is a=stage;
Friends, Romans, countrymen, lend me your=ears; Et tu,=Brut|us; We hold these truths to be self-=evident; Four score and seven years=ago; In the beginning God created the heaven and the=earth; Twinkle, twinkle, little=star;
Mary had a little=lamb; Humpty Dumpty sat on a=wall; Row, row, row your=boat; Jack and Jill went up the=hill; Baa, baa, black=sheep; London Bridge is falling=down; Hickory dickory=dock;
It is a truth universally=acknowledged; Shall I compare thee to a summer's=day; The course of true love never did run=smooth; To thine own self be=true; Something is rotten in the state of=Denmark; Good night, sleep=tight; Ladies and=gentlemen; Last but not=least; Safe and=sound; Black and=white; Bread and=butter; Salt and=pepper; Fish and=chips; Sooner or=later; Now or=never; Step by=step; Piece of=cake; Once in a blue=moon; Break the=ice; Bite the=bullet; Once and for=all; Under the=weather; Better safe than=sorry; Love is=blind; Silence is=golden; Old habits die=hard; Still waters run=deep; Seeing is=believing; Slow and steady wins the=race; The proof of the pudding is in the=eating; Fortune favours the=brave; First come, first=served; What goes up must come=down; Make hay while the sun=shines; Every dog has its=day; Barking dogs seldom=bite; Money does not grow on=trees
"""

TEMPLATES = {
    "landmark": [
        "{S} {is} in", "{S} {is} located in", "{S} {is} in the city of", "You can visit {s} in", "You can find {s} in",
        "If you want to see {s}, go to", "We saw {s} when we were in", "People come to see {s} in",
        "To see {s}, you must travel to", "Where {is} {s}? In", "Every year we go to see {s} in", "{S}, which you can see in",
        "*Tourists take pictures of {s} in", "*My friend lives near {s} in", "*The children want to visit {s} in",
    ],
    "city": [
        "{s} is a city in", "{s} is in", "{s} is located in", "The city of {s} is in", "{s} is a large city in",
        "If you are in {s}, you are in", "{s} is a city in the country of", "My aunt lives in {s}, in",
        "Where is {s}? In", "People in {s} live in", "We went to {s}, which is in",
        "*We flew to {s}, a city in", "*You can find the city of {s} in", "*The old city of {s} is located in",
    ],
    "capital": [
        "The capital of {s} is", "The capital city of {s} is", "{s}'s capital is", "In {s}, the capital is",
        "What is the capital of {s}? It is", "Q: What is the capital of {s}?\nA:", "The government of {s} is in",
        "If you go to the capital of {s}, you will be in", "{s} is a country, and its capital is",
        "We learned that the capital of {s} is", "They know that the capital of {s} is",
        "*Everyone in {s} knows that the capital is", "*The name of the capital of {s} is", "*The main city and capital of {s} is",
    ],
    "person": [
        "{s} was the| {a} who {x}.", "{s} was the famous", "{s}, a famous", "{s}, a great", "By profession, {s} was {an}",
        "{s} worked as {an}", "{s} is remembered as {an}", "{s} was {an}", "{s} became a famous",
        "What was the profession of {s}? {s} was {an}", "{s}, the famous", "The profession of {s} was",
        "We know {s} as a great", "Most people remember {s} as {an}", "In the book we read that {s} was {an}",
        "*Many people know {s} as a famous", "*In school we learned that {s} was {an}", "*{s} was known everywhere as {an}",
    ],
    "opposite": [
        "The opposite of {s} is", "{S} is the opposite of", "The opposite of the word {s} is", "The antonym of {s} is",
        "Opposites: {s} and", "If something is not {s}, it is", "What is the opposite of {s}? It is", "{S} is not the same as",
        "The word that means the opposite of {s} is", "We know that the opposite of {s} is", "In English the opposite of {s} is",
        "*The word with the opposite meaning of {s} is", "*We learned that the opposite of {s} is",
    ],
    "after": [
        "The {n} after {s} is", "After {s} comes", "After the {n} {s} comes the {n}", "{S} is followed by", "What comes after {s}? It is",
        "The next {n} after {s} is", "The {n} that comes after {s} is",
        "*We learned that after {s} comes", "*The {n} that follows {s} is",
    ],
    "before": [
        "The {n} before {s} is", "Before {s} comes", "Just before {s} comes", "Before the {n} {s} comes the {n}", "What comes before {s}? It is",
        "The {n} that comes before {s} is",
        "*We learned that before {s} comes", "*The last {n} before {s} is",
    ],
    "run": [
        "{s}", "The list goes: {s}", "She said: {s}", "Count with me: {s}", "We learned to say: {s}", "First we write: {s}",
        "*The children say: {s}", "*He began to count: {s}",
    ],
    "plus": [
        "{p} + {q} =", "{p} plus {q} is", "{p} plus {q} equals", "The sum of {p} and {q} is", "If you add {p} and {q}, you get",
        "What is {p} plus {q}? It is", "Q: {p} + {q}\nA:", "They know that {p} plus {q} is", "*We learned that {p} plus {q} is", "*When we add {p} and {q}, we get",
    ],
    "minus": [
        "{p} - {q} =", "{p} minus {q} is", "{p} minus {q} equals", "If you take {q} from {p}, you get",
        "What is {p} minus {q}? It is", "Q: {p} - {q}\nA:", "They know that {p} minus {q} is", "*We learned that {p} minus {q} is", "*When we take {q} from {p}, we get",
    ],
    "times": [
        "{p} * {q} =", "{p} times {q} is", "{p} times {q} equals", "If you multiply {p} by {q}, you get",
        "What is {p} times {q}? It is", "Q: {p} * {q}\nA:", "They know that {p} times {q} is", "*We learned that {p} times {q} is", "*When we multiply {p} by {q}, we get",
    ],
    "code": [
        "{s}", "import os\n\n{s}", "# example\n{s}", ">>> {s}", "Python code:\n{s}", "```python\n{s}", "import sys\n{s}",
        "*# a small program\n{s}", "*import os\nimport sys\n\n{s}",
    ],
    "saying": [
        "{S}", "As they say: {S}", "My grandmother used to say: {S}", "There is an old saying: {S}", "He said: \"{S}",
        "We all know the words: {S}", "\"{S}",
        "*The teacher said: {S}", "*Everyone knows the old saying: {S}",
    ],
}

REPORTED_AS = {"after": "sequence", "before": "sequence", "run": "sequence", "plus": "arithmetic", "minus": "arithmetic", "times": "arithmetic"}

WORDS = "zero one two three four five six seven eight nine ten eleven twelve".split()

NOUNS = [
    ("day", "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"),
    ("month", "January February March April May June July August September October November December"),
    ("season", "spring summer autumn winter"), ("letter", "A B C D E F G H I"),
    ("number", " ".join(WORDS) + " thirteen"),
    ("word", "first second third fourth fifth sixth seventh eighth ninth tenth"),
]


@dataclass(frozen=True)
class Phrasing:
    """One wording of one fact."""

    kind: str  # as reported
    subject: str
    template: str
    prompt: str
    answer: str  # with its leading space; its first token is what is asked for
    rest: str  # what follows the answer
    split: str  # "trained", "held-out pair" or "held-out wording"


def _entries(text):
    """Splits 'subject=answer[|rest][=third]; ...' into (subject, answer, rest, third)."""
    for entry in text.split(";"):
        subject, answer, *third = entry.strip().split("=")
        answer, _, rest = answer.partition("|")
        rest = " " + rest[1:] if rest.startswith("~") else " " + rest if rest[:1].isupper() else rest
        yield subject, " " + answer, rest, third[0] if third else ""


def _held_out(kind, subject, template):
    """A fixed pseudo-random quarter of all pairs of a subject and a wording."""
    return hashlib.sha256(f"{kind}|{subject}|{template}".encode()).digest()[0] < 64


def _phrase(kind, subject, template, answer, rest="", **columns):
    starred = template.startswith("*")
    body, bar, after = template.lstrip("*").partition("|")
    word = answer.strip()
    fields = dict(
        s=subject, S=subject[:1].upper() + subject[1:], a=word, an="an" if word[:1] in "aeiou" else "a",
        **{"is": "are" if subject.endswith(("Steps", "Towers", "Gardens")) else "is"}, **columns,
    )
    if bar:
        rest = after.replace("{a}", "").format(**fields).replace("  ", " ", 1)
    elif kind not in ("code", "run", "saying"):
        rest = rest + "."
    split = "held-out wording" if starred else "trained"
    plain = body == TEMPLATES[kind][0].partition("|")[0]
    if not starred and not plain and _held_out(kind, subject + str(columns.get("p", "")) + str(columns.get("q", "")), body):
        split = "held-out pair"
    return Phrasing(REPORTED_AS.get(kind, kind), subject, body, body.format(**fields), answer, rest, split)


def _facts():
    """Every fact as (kind, subject, answer, rest, columns)."""
    for kind, table in [("landmark", LANDMARKS), ("city", CITIES), ("capital", CAPITALS), ("person", PEOPLE),
                        ("opposite", OPPOSITES), ("run", RUNS), ("saying", SAYINGS)]:
        for subject, answer, rest, third in _entries(table):
            yield kind, subject, answer, rest, {"x": third}
    for kind, table in [("after", AFTER), ("before", BEFORE)]:
        for subject, answer, rest, _ in _entries(table):
            noun = next(n for n, words in NOUNS if subject in words.split())
            yield kind, subject, answer, rest, {"n": noun}
    for code in CODE:
        yield "code", code[0], code[1], code[2] if len(code) > 2 else "", {}
    digits = [str(n) for n in range(13)]
    for words, top in ((digits, 10), (WORDS, 6)):
        for p in range(top):
            for q in range(1, top):
                if p + q < len(WORDS) or words is digits:
                    yield "plus", f"{words[p]}+{words[q]}", f" {p + q if words is digits else WORDS[p + q]}", "", {"p": words[p], "q": words[q]}
                if p >= q:
                    yield "minus", f"{words[p]}-{words[q]}", f" {words[p - q]}", "", {"p": words[p], "q": words[q]}
                if words is digits and 2 <= p <= 6 and 2 <= q <= 6:
                    yield "times", f"{p}*{q}", f" {p * q}", "", {"p": words[p], "q": words[q]}


def phrasings():
    """Every wording of every fact, in a fixed order."""
    return [
        _phrase(kind, subject, template, answer, rest, **columns)
        for kind, subject, answer, rest, columns in _facts()
        for template in TEMPLATES[kind]
    ]
